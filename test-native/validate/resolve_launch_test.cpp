#include "core/validate/resolve_launch.hpp"

#include "raw_value.hpp"
#include "stream/scratch_dir.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace cloudops;
using namespace cloudops::test;
using Kind = ValidationKind;
using Argv = std::vector<std::string>;
using Catch::Matchers::Contains;

namespace {

/// Root may read and enter everything: while this lives, the test is nobody.
class NotRoot {
 public:
  NotRoot() {
    if (was_root_) REQUIRE(::seteuid(65534) == 0);
  }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;
  ~NotRoot() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  const bool was_root_ = ::geteuid() == 0;
};

/// A directory of its own as working directory, with a `bin` in it that is the child's PATH.
struct Place {
  ScratchDir dir;
  ExecutionRequest request;
  std::string path_block;

  Place() {
    REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
    std::filesystem::create_directory(dir / "bin");
    request.working_dir = dir.path();
    path_block = "PATH=" + (dir / "bin");
  }

  std::string file(const std::string& name, mode_t mode, const std::string& text = "") const {
    write_all(dir / name, text);
    REQUIRE(::chmod((dir / name).c_str(), mode) == 0);
    return dir / name;
  }
  Expected<LaunchSpec> resolve(Command command, const std::string& prefix = "") {
    request.command = std::move(command);
    return resolve_launch(request, Environment::from_block(path_block), prefix);
  }
};

}  // namespace

TEST_CASE("a program is looked up in the child's PATH", "[validate]") {
  Place place;
  const std::string tool = place.file("bin/tool", 0755);
  const auto spec = place.resolve(ExecCommand{"tool", {"-x", "a b"}});
  REQUIRE(ok(spec));
  CHECK(spec->executable == tool);
  CHECK(spec->argv == Argv{"tool", "-x", "a b"});
  CHECK(spec->env.inherited.entries() == Argv{place.path_block});
  CHECK(spec->env.own.empty());
  CHECK(spec->working_dir == place.dir.path());
  CHECK_FALSE(spec->stdin_file);
  CHECK_FALSE(spec->log_path);

  // The request's own PATH wins, an empty part of it is the working directory, a relative one starts there.
  const std::string here = place.file("here", 0755);
  place.request.env = {{"PATH", "/nowhere:"}};
  CHECK(place.resolve(ExecCommand{"here", {}})->executable == here);
  place.request.env = {{"PATH", "/nowhere::/bin"}};
  CHECK(place.resolve(ExecCommand{"here", {}})->executable == here);
  place.request.env = {{"PATH", ""}};
  CHECK(place.resolve(ExecCommand{"here", {}})->executable == here);
  place.request.env = {{"PATH", "bin"}};
  CHECK(place.resolve(ExecCommand{"tool", {}})->executable == tool);
}

TEST_CASE("without PATH the usual directories are searched", "[validate]") {
  Place place;
  place.request.inherit_env = false;
  const auto spec = place.resolve(ExecCommand{"sh", {}});
  REQUIRE(ok(spec));
  CHECK(spec->executable == "/usr/bin/sh");
  CHECK(spec->env.c_strings().empty());
  check_error(place.resolve(ExecCommand{"no-such-program", {}}), Kind::invalid_command, "command.program",
              {"/usr/local/bin:/usr/bin:/bin", "PATH is not set"});
}

TEST_CASE("a program with a slash is a path from the working directory", "[validate]") {
  Place place;
  const std::string tool = place.file("tool", 0755);
  CHECK(place.resolve(ExecCommand{"./tool", {}})->executable == place.dir / "./tool");
  CHECK(place.resolve(ExecCommand{"./tool", {}})->argv == Argv{"./tool"});
  CHECK(place.resolve(ExecCommand{tool, {}})->executable == tool);
  place.request.working_dir.reset();
  const auto from_host = place.resolve(ExecCommand{"./tool", {}});
  REQUIRE(from_host.has_error());
  CHECK_THAT(from_host.error().message, Contains(std::filesystem::current_path().string()));
}

TEST_CASE("a program that cannot be run is INVALID_COMMAND and the message says why", "[validate]") {
  Place place;
  place.file("bin/plain", 0644);
  check_error(place.resolve(ExecCommand{"no-such", {}}), Kind::invalid_command, "command.program",
              {"\"no-such\" was not found in the ", " of the PATH that the child would have"});
  check_error(place.resolve(ExecCommand{"./no-such", {}}), Kind::invalid_command, "command.program",
              {"does not exist"});
  check_error(place.resolve(ExecCommand{"./bin", {}}), Kind::invalid_command, "command.program", {"is a directory"});
  check_error(place.resolve(ExecCommand{"plain", {}}), Kind::invalid_command, "command.program",
              {place.dir / "bin/plain", "is not executable"});
  check_error(place.resolve(ExecCommand{"./bin/plain/x", {}}), Kind::invalid_command, "command.program",
              {"does not exist"});
  check_error(place.resolve(ExecCommand{std::string(5000, 'x'), {}}), Kind::invalid_command, "command.program", {});
  check_error(place.resolve(ShellCommand{"ls", "no-shell"}), Kind::invalid_command, "command.shell",
              {"The shell \"no-shell\" was not found"});
  check_error(place.resolve(AwsCliCommand{"s3", "ls", {}, {}, {}}), Kind::invalid_command, "command", {"\"aws\""});
  check_error(place.resolve(ExecCommand{"no-such", {}}, "commands[2]"), Kind::invalid_command,
              "commands[2].command.program", {});

  // A later directory of PATH may have what an earlier one has without permission.
  std::filesystem::create_directory(place.dir / "bin2");
  const std::string good = place.file("bin2/plain", 0755);
  place.request.env = {{"PATH", (place.dir / "bin") + ":" + (place.dir / "bin2")}};
  CHECK(place.resolve(ExecCommand{"plain", {}})->executable == good);
}

TEST_CASE("a shell gets -c and the command as one word", "[validate]") {
  Place place;
  place.file("bin/bash", 0755);
  place.file("bin/zsh", 0755);
  CHECK(place.resolve(ShellCommand{"ls | wc", "bash"})->argv == Argv{"bash", "-c", "ls | wc"});
  CHECK(place.resolve(ShellCommand{"ls", "zsh"})->executable == place.dir / "bin/zsh");
  // Would be read as an option.
  CHECK(place.resolve(ShellCommand{"-x ls", "bash"})->argv == Argv{"bash", "-c", " -x ls"});
}

TEST_CASE("aws runs as aws service operation args", "[validate]") {
  Place place;
  place.file("bin/aws", 0755);
  const auto spec = place.resolve(AwsCliCommand{"ec2", "describe-instances", {"--max-items", "1"}, "p", {}});
  REQUIRE(ok(spec));
  CHECK(spec->argv == Argv{"aws", "ec2", "describe-instances", "--max-items", "1"});
  CHECK(spec->env.find("AWS_PROFILE") == "p");
}

TEST_CASE("a script is run by its interpreter, else its shebang, else bash", "[validate]") {
  Place place;
  place.file("bin/bash", 0755);
  const std::string python = place.file("bin/python", 0755);
  const std::string env = place.file("env", 0755);
  place.file("s.py", 0644, "#!" + env + " python -u\r\n");
  place.file("plain", 0644, "echo\n");

  auto spec = place.resolve(ScriptCommand{"s.py", "python", {"a"}});
  REQUIRE(ok(spec));
  CHECK(spec->executable == python);
  CHECK(spec->argv == Argv{"python", "s.py", "a"});

  spec = place.resolve(ScriptCommand{"s.py", {}, {"a"}});
  REQUIRE(ok(spec));
  CHECK(spec->executable == env);
  CHECK(spec->argv == Argv{env, "python -u", "s.py", "a"});

  spec = place.resolve(ScriptCommand{"plain", {}, {}});
  REQUIRE(ok(spec));
  CHECK(spec->executable == place.dir / "bin/bash");
  CHECK(spec->argv == Argv{"bash", "plain"});

  place.file("-x", 0644, "echo\n");
  CHECK(place.resolve(ScriptCommand{"-x", {}, {}})->argv == Argv{"bash", "./-x"});
}

TEST_CASE("a script that is not there is SCRIPT_NOT_FOUND", "[validate]") {
  Place place;
  place.file("bin/bash", 0755);
  check_error(place.resolve(ScriptCommand{"no.sh", {}, {}}), Kind::script_not_found, "command.path",
              {place.dir / "no.sh", "does not exist"});
  check_error(place.resolve(ScriptCommand{"bin", {}, {}}), Kind::script_not_found, "command.path", {"is a directory"});
  REQUIRE(::mkfifo((place.dir / "fifo").c_str(), 0600) == 0);
  check_error(place.resolve(ScriptCommand{"fifo", {}, {}}), Kind::script_not_found, "command.path", {"is a FIFO"});
}

TEST_CASE("a script whose interpreter is missing, or that may not be read, is INVALID_COMMAND", "[validate]") {
  Place place;
  place.file("s", 0644, "#!/no/such/interpreter\n");
  place.file("bare", 0644, "#!bash\n");
  place.file("bin/bash", 0755);
  check_error(place.resolve(ScriptCommand{"s", {}, {}}), Kind::invalid_command, "command.path",
              {"/no/such/interpreter", "does not exist"});
  check_error(place.resolve(ScriptCommand{"bare", {}, {}}), Kind::invalid_command, "command.path", {"\"./bash\""});
  check_error(place.resolve(ScriptCommand{"s", "ruby", {}}), Kind::invalid_command, "command.interpreter",
              {"\"ruby\" was not found in the "});
  std::filesystem::remove(place.dir / "bin/bash");
  place.file("plain", 0644, "echo\n");
  check_error(place.resolve(ScriptCommand{"plain", {}, {}}), Kind::invalid_command, "command.path",
              {"default interpreter \"bash\""});

  place.file("secret.sh", 0000, "echo\n");
  const NotRoot not_root;
  check_error(place.resolve(ScriptCommand{"secret.sh", {}, {}}), Kind::invalid_command, "command.path",
              {"cannot be read (EACCES)"});
}

TEST_CASE("a working directory that cannot be used is INVALID_WORKING_DIR", "[validate]") {
  Place place;
  place.file("bin/tool", 0755);
  place.request.working_dir = place.dir / "none";
  check_error(place.resolve(ExecCommand{"tool", {}}), Kind::invalid_working_dir, "working_dir",
              {place.dir / "none", "does not exist"});
  place.request.working_dir = place.dir / "bin/tool";
  check_error(place.resolve(ExecCommand{"tool", {}}, "commands[0]"), Kind::invalid_working_dir,
              "commands[0].working_dir", {"not a directory"});
  place.request.working_dir = ".";
  CHECK(place.resolve(ExecCommand{"tool", {}})->working_dir == std::filesystem::current_path().string() + "/.");
  std::filesystem::create_directory(place.dir / "locked");
  REQUIRE(::chmod((place.dir / "locked").c_str(), 0600) == 0);
  place.request.working_dir = place.dir / "locked";
  const NotRoot not_root;
  check_error(place.resolve(ExecCommand{"tool", {}}), Kind::invalid_working_dir, "working_dir", {"cannot be entered"});
}

TEST_CASE("a stdin file has to be there, readable, and not a FIFO", "[validate]") {
  Place place;
  place.file("bin/tool", 0755);
  const std::string input = place.file("in", 0600);
  const auto with_stdin = [&](const std::string& path) {
    place.request.stdin_source = StdinFile{path};
    return place.resolve(ExecCommand{"tool", {}});
  };
  CHECK(with_stdin("in")->stdin_file == input);
  CHECK(with_stdin("/dev/null")->stdin_file == "/dev/null");
  check_error(with_stdin("none"), Kind::invalid_value, "stdin.path", {place.dir / "none", "does not exist"});
  check_error(with_stdin("bin"), Kind::invalid_value, "stdin.path", {"is a directory"});
  REQUIRE(::mkfifo((place.dir / "fifo").c_str(), 0644) == 0);
  check_error(with_stdin("fifo"), Kind::invalid_value, "stdin.path", {"is a FIFO"});
}

TEST_CASE("a stdin file without read permission is refused", "[validate]") {
  Place place;
  place.file("bin/tool", 0755);
  place.file("in", 0000);
  place.request.stdin_source = StdinFile{"in"};
  const NotRoot not_root;
  check_error(place.resolve(ExecCommand{"tool", {}}), Kind::invalid_value, "stdin.path", {"permission denied"});
}

TEST_CASE("a relative log path starts at the host's working directory", "[validate]") {
  Place place;
  place.file("bin/tool", 0755);
  place.request.output_log_path = "run.log";
  CHECK(place.resolve(ExecCommand{"tool", {}})->log_path == (std::filesystem::current_path() / "run.log").string());
  place.request.output_log_path = "./a/..//run.log";
  CHECK(place.resolve(ExecCommand{"tool", {}})->log_path == (std::filesystem::current_path() / "run.log").string());
  // It names a directory, and no other file instead.
  place.request.output_log_path = "/var/./log/";
  CHECK(place.resolve(ExecCommand{"tool", {}})->log_path == "/var/log/");
  place.request.output_log_path = "/var/log/run.log";
  CHECK(place.resolve(ExecCommand{"tool", {}})->log_path == "/var/log/run.log");
}

TEST_CASE("no message holds the value of a variable", "[validate]") {
  Place place;
  place.request.env = {{"TOKEN", "hunter2"}};
  place.request.stdin_source = StdinData{"hunter2"};
  const auto spec = place.resolve(ExecCommand{"no-such", {"hunter2"}});
  REQUIRE(spec.has_error());
  CHECK_THAT(spec.error().message, !Contains("hunter2"));
  CHECK_THAT(spec.error().message, !Contains(place.dir.path()));
}

TEST_CASE("all relative names of one plan start where the host was when the first one came", "[validate]") {
  Place place;
  const std::string tool = place.file("bin/tool", 0755);
  const std::filesystem::path before = std::filesystem::current_path();
  LaunchResolver resolver(Environment::from_block(place.path_block));
  ExecutionRequest request;
  request.command = ExecCommand{tool, {}};
  CHECK(resolver.resolve(request, "")->executable == tool);

  std::filesystem::current_path(place.dir.path());
  request.command = ExecCommand{"bin/tool", {}};
  const auto first = resolver.resolve(request, "");
  std::filesystem::current_path(place.dir / "bin");
  request.working_dir = ".";
  request.output_log_path = "run.log";
  request.command = ExecCommand{"tool", {}};
  const auto second = resolver.resolve(request, "");
  std::filesystem::current_path(before);

  REQUIRE((ok(first) && ok(second)));
  CHECK(first->executable == tool);
  CHECK(second->working_dir == place.dir / ".");
  CHECK(second->log_path == place.dir / "run.log");
}

TEST_CASE("the commands of one plan share what was looked up, and the host's environment", "[validate]") {
  Place place;
  const std::string tool = place.file("bin/tool", 0755);
  const Environment host = Environment::from_block(place.path_block);
  ExecutionRequest request;
  request.working_dir = place.dir.path();
  request.command = ExecCommand{"tool", {}};
  LaunchResolver resolver(host);
  const auto first = resolver.resolve(request, "");
  REQUIRE(ok(first));

  std::filesystem::remove(tool);
  request.env = {{"STEP", "2"}};
  const auto second = resolver.resolve(request, "");
  REQUIRE(ok(second));
  CHECK(second->executable == tool);
  CHECK(second->env.own == Argv{"STEP=2"});
  CHECK(&first->env.inherited.entries() == &host.entries());
  CHECK(&second->env.inherited.entries() == &host.entries());

  // Another PATH, none at all, another directory: each is a question of its own.
  request.env = {{"PATH", ""}};
  check_error(resolver.resolve(request, "commands[7]"), Kind::invalid_command, "commands[7].command.program",
              {"in the 1 directory of the PATH"});
  request.env = {};
  request.inherit_env = false;
  check_error(resolver.resolve(request, ""), Kind::invalid_command, "command.program", {"PATH is not set"});
  request.env = {{"PATH", "."}};
  request.working_dir = place.dir / "bin";
  check_error(resolver.resolve(request, ""), Kind::invalid_command, "command.program", {"in the 1 directory"});
  const std::string there = place.file("bin/here", 0755);
  request.command = ExecCommand{"here", {}};
  CHECK(resolver.resolve(request, "")->executable == place.dir / "bin/./here");

  // What was wrong with one is wrong with the next, in the same words.
  request.working_dir = place.dir / "no-such";
  const auto wrong = resolver.resolve(request, "commands[1]");
  const auto again = resolver.resolve(request, "commands[2]");
  REQUIRE((wrong.has_error() && again.has_error()));
  CHECK(wrong.error().message == again.error().message);
  CHECK(again.error().field == "commands[2].working_dir");

  // The next validation looks for itself.
  request = ExecutionRequest();
  request.command = ExecCommand{"tool", {}};
  CHECK(LaunchResolver(host).resolve(request, "").has_error());
}

TEST_CASE("a script that cannot be read for want of descriptors is no mistake of the request", "[validate]") {
  Place place;
  place.file("script", 0644);
  place.file("bin/bash", 0755);
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  struct rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto spec = place.resolve(ScriptCommand{"script", {}, {}}, "commands[3]");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(spec.has_error());
  CHECK(spec.error().code == ErrorCode::io);
  CHECK(spec.error().errno_name == "EMFILE");
  CHECK(spec.error().field.empty());
  CHECK_THAT(spec.error().message, Contains(place.dir / "script"));
  CHECK(ok(place.resolve(ScriptCommand{"script", {}, {}})));
}
