#include "core/model/request.hpp"

#include <catch2/catch.hpp>

using namespace cloudops;

TEST_CASE("a command is displayed as a person would type it") {
  CHECK(display(ShellCommand{"echo \"$HOME\" | wc", "zsh"}) == "echo \"$HOME\" | wc");
  CHECK(display(ExecCommand{"git", {"commit", "-m", "two words"}}) == "git commit -m 'two words'");
  CHECK(display(ScriptCommand{"./deploy.sh", std::nullopt, {"--all"}}) == "./deploy.sh --all");
  CHECK(display(ScriptCommand{"my script.py", "python3", {}}) == "python3 'my script.py'");
  CHECK(display(
            AwsCliCommand{"ec2", "describe-instances", {"--filters", "Name=tag:a,Values=b c"}, "prod", "eu-west-1"}) ==
        "aws ec2 describe-instances --filters 'Name=tag:a,Values=b c'");
}

TEST_CASE("what is longer than the arguments of any program is cut, not within a character") {
  const std::size_t most = std::size_t{8} << 20;
  CHECK(display(ShellCommand{std::string(most, 'a'), "sh"}) == std::string(most, 'a'));
  CHECK(display(ShellCommand{std::string(most + 1, 'a'), "sh"}) == std::string(most, 'a') + "…");
  CHECK(display(ShellCommand{std::string(most - 1, 'a') + "é", "sh"}) == std::string(most - 1, 'a') + "…");
  CHECK(display(ExecCommand{"p", {std::string(most, 'a'), "b"}}).size() == most + std::string("…").size());
}

TEST_CASE("what a shell would take apart or expand is quoted, and nothing else") {
  const auto shown = [](const std::string& word) { return display(ExecCommand{"p", {word}}).substr(2); };
  for (const char* plain : {"a", "-x", "a/b.c", "k=v", "user@host:22", "50%", "1,2", "+1", "_"})
    CHECK(shown(plain) == plain);
  CHECK(shown("") == "''");
  CHECK(shown("*") == "'*'");
  CHECK(shown("$x") == "'$x'");
  CHECK(shown("~") == "'~'");
  CHECK(shown("a;b") == "'a;b'");
  CHECK(shown("it's") == "'it'\\''s'");
  CHECK(shown("line\nbreak") == "'line\nbreak'");
  CHECK(shown("\xc3\xa4") == "'\xc3\xa4'");
}
