#include "core/validate/parse_config.hpp"

#include "raw_value.hpp"

#include <filesystem>
#include <limits>

using namespace cloudops;
using namespace cloudops::test;
using Kind = ValidationKind;

namespace {

Expected<Config> parsed(std::string_view text) { return parse_config(raw(text), "/default/logs"); }

}  // namespace

TEST_CASE("no configuration is the default one", "[validate]") {
  for (const Value& nothing : {Value{}, Value{Value::Null{}}, raw("{}")}) {
    const auto config = parse_config(nothing, "/default/logs");
    REQUIRE(ok(config));
    CHECK(config->default_timeout_ms == 300'000);
    CHECK(config->max_timeout_ms == 3'600'000);
    CHECK(config->log_dir == "/default/logs");
    CHECK(config->max_concurrent_executions == 100);
    CHECK(config->concurrency_policy == ConcurrencyPolicy::fail_fast);
  }
}

TEST_CASE("every setting is read", "[validate]") {
  const auto config = parsed(R"({"default_timeout_ms":1000,"max_timeout_ms":2000,"stream_output":false,
    "log_dir":"/var/log/x","max_concurrent_executions":7,"max_in_memory_executions":8,"execution_retention_secs":9,
    "enable_auto_cleanup":false,"max_output_size_bytes":10,"oversized_output_strategy":"stream_to_file",
    "concurrency_policy":"queue","max_queued_executions":11,"cleanup_interval_secs":12,"kill_grace_period_ms":13,
    "drain_grace_ms":14,"max_in_memory_output_bytes":15})");
  REQUIRE(ok(config));
  CHECK(config->default_timeout_ms == 1000);
  CHECK(config->max_timeout_ms == 2000);
  CHECK_FALSE(config->stream_output);
  CHECK(config->log_dir == "/var/log/x");
  CHECK(config->max_concurrent_executions == 7);
  CHECK(config->max_in_memory_executions == 8);
  CHECK(config->execution_retention_secs == 9);
  CHECK_FALSE(config->enable_auto_cleanup);
  CHECK(config->max_output_size_bytes == 10);
  CHECK(config->oversized_output_strategy == OversizedOutputStrategy::stream_to_file);
  CHECK(config->concurrency_policy == ConcurrencyPolicy::queue);
  CHECK(config->max_queued_executions == 11);
  CHECK(config->cleanup_interval_secs == 12);
  CHECK(config->kill_grace_period_ms == 13);
  CHECK(config->drain_grace_ms == 14);
  CHECK(config->max_in_memory_output_bytes == 15);
  CHECK(parsed(R"({"oversized_output_strategy":"fail_execution"})")->oversized_output_strategy ==
        OversizedOutputStrategy::fail_execution);
}

TEST_CASE("log_dir: undefined is the default, null is none, a relative path becomes absolute", "[validate]") {
  CHECK(parse_config(with("{}", "log_dir", Value{}), "/default/logs")->log_dir == "/default/logs");
  CHECK_FALSE(parsed(R"({"log_dir":null})")->log_dir);
  CHECK(parsed(R"({"log_dir":"logs"})")->log_dir == (std::filesystem::current_path() / "logs").string());
  const auto below_here = [](const char* name) { return (std::filesystem::current_path() / name).string(); };
  CHECK(parsed(R"({"log_dir":"./logs/"})")->log_dir == below_here("logs"));
  CHECK(parsed(R"({"log_dir":"a/../logs/."})")->log_dir == below_here("logs"));
  CHECK(parsed(R"({"log_dir":"/tmp//x/./y/.."})")->log_dir == "/tmp/x");
  CHECK(parsed(R"({"log_dir":"/.."})")->log_dir == "/");
  check_error(parsed(R"({"log_dir":""})"), Kind::invalid_value, "log_dir", {"null switches logs off"});
  check_error(parsed(R"({"log_dir":"a\u0000b"})"), Kind::invalid_value, "log_dir", {"NUL"});
  check_error(parsed(R"({"log_dir":false})"), Kind::wrong_type, "log_dir", {"a string", "a boolean"});
}

TEST_CASE("the two timeouts have to agree", "[validate]") {
  check_error(parsed(R"({"default_timeout_ms":2000,"max_timeout_ms":1000})"), Kind::invalid_value, "default_timeout_ms",
              {"2000", "max_timeout_ms", "1000"});
  check_error(parsed(R"({"default_timeout_ms":3600001})"), Kind::invalid_value, "default_timeout_ms",
              {"3600001", "3600000"});
  const auto lowered = parsed(R"({"max_timeout_ms":1000})");
  REQUIRE(ok(lowered));
  CHECK(lowered->default_timeout_ms == 1000);
  CHECK(parsed(R"({"max_timeout_ms":400000})")->default_timeout_ms == 300'000);
}

TEST_CASE("a number out of range is INVALID_VALUE and the message gives the range", "[validate]") {
  check_error(parsed(R"({"max_concurrent_executions":0})"), Kind::invalid_value, "max_concurrent_executions",
              {"from 1 to 100000", "it is 0"});
  check_error(parsed(R"({"max_concurrent_executions":100001})"), Kind::invalid_value, "max_concurrent_executions", {});
  for (const char* key : {"default_timeout_ms", "max_timeout_ms", "cleanup_interval_secs"}) {
    CAPTURE(key);
    check_error(parse_config(with("{}", key, Value{0.0}), ""), Kind::invalid_value, key, {"from 1 to"});
  }
  for (const char* key :
       {"default_timeout_ms", "max_timeout_ms", "max_concurrent_executions", "max_in_memory_executions",
        "execution_retention_secs", "max_output_size_bytes", "max_queued_executions", "cleanup_interval_secs",
        "kill_grace_period_ms", "drain_grace_ms", "max_in_memory_output_bytes"}) {
    CAPTURE(key);
    for (const double bad : {-1.0, 1.5, 1e18, std::numeric_limits<double>::quiet_NaN()})
      check_error(parse_config(with("{}", key, Value{bad}), ""), Kind::invalid_value, key, {"whole number from"});
    check_error(parse_config(with("{}", key, Value{std::string("5")}), ""), Kind::wrong_type, key, {"a number"});
    check_error(parse_config(with("{}", key, Value{Value::Null{}}), ""), Kind::wrong_type, key, {"a number", "null"});
  }
}

TEST_CASE("a setting that does not exist or is misspelt is refused", "[validate]") {
  check_error(parsed(R"({"maxConcurrentExecutions":5})"), Kind::unknown_field, "maxConcurrentExecutions",
              {"did you mean max_concurrent_executions?"});
  check_error(parsed(R"({"concurrency_policy":"fail-fast"})"), Kind::invalid_value, "concurrency_policy",
              {"fail_fast, queue", "Did you mean fail_fast?"});
  check_error(parsed(R"({"oversized_output_strategy":"drop"})"), Kind::invalid_value, "oversized_output_strategy", {});
  check_error(parsed("[]"), Kind::wrong_type, "", {"The configuration must be an object"});
}
