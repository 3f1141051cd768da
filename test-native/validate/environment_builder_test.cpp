#include "core/validate/environment_builder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace cloudops;
using Entries = std::vector<std::string>;

namespace {

Environment host() { return Environment::from_block(std::string_view("A=1\0PATH=/bin\0AWS_PAGER=less\0", 29)); }

Entries entries_of(const ChildEnvironment& environment) {
  const auto pointers = environment.c_strings();
  return Entries(pointers.begin(), pointers.end());
}

ExecutionRequest aws_request() {
  ExecutionRequest request;
  request.command = AwsCliCommand{"s3", "ls", {}, "prod", "eu-west-1"};
  return request;
}

}  // namespace

TEST_CASE("a block is split into its variables", "[validate]") {
  CHECK(host().entries() == Entries{"A=1", "PATH=/bin", "AWS_PAGER=less"});
  CHECK(Environment::from_block("LAST=no end").entries() == Entries{"LAST=no end"});
  CHECK(Environment::from_block(std::string_view("\0none\0=x\0E=\0F==\0", 16)).entries() == Entries{"E=", "F=="});
  CHECK(Environment().entries().empty());
  ::setenv("CLOUDOPS_TEST_VARIABLE", "here", 1);
  CHECK(find_variable(Environment::from_current().entries(), "CLOUDOPS_TEST_VARIABLE") == "here");
  ::unsetenv("CLOUDOPS_TEST_VARIABLE");
}

TEST_CASE("a variable is found by its whole name", "[validate]") {
  const Entries entries{"PATH2=x", "PATH=", "PATH=second"};
  CHECK(find_variable(entries, "PATH") == "");
  CHECK(find_variable(entries, "PATH2") == "x");
  CHECK_FALSE(find_variable(entries, "PAT"));
  CHECK_FALSE(find_variable({"PATH"}, "PATH"));
}

TEST_CASE("env is added to the inherited environment and wins", "[validate]") {
  ExecutionRequest request;
  request.env = {{"A", "2"}, {"B", "3"}, {"A", "4"}};
  CHECK(entries_of(build_environment(request, host())) == Entries{"PATH=/bin", "AWS_PAGER=less", "A=4", "B=3"});
  request.inherit_env = false;
  CHECK(entries_of(build_environment(request, host())) == Entries{"A=4", "B=3"});
}

TEST_CASE("aws_cli sets its variables, and env wins over them", "[validate]") {
  ExecutionRequest request = aws_request();
  CHECK(entries_of(build_environment(request, host())) ==
        Entries{"A=1", "PATH=/bin", "AWS_PROFILE=prod", "AWS_REGION=eu-west-1", "AWS_OUTPUT=json",
                "AWS_PAGER=", "AWS_DEFAULT_PROFILE=prod", "AWS_DEFAULT_REGION=eu-west-1", "AWS_DEFAULT_OUTPUT=json"});
  request.inherit_env = false;
  request.env = {{"AWS_PAGER", "cat"}, {"AWS_REGION", "us-east-1"}, {"AWS_DEFAULT_OUTPUT", "text"}};
  CHECK(entries_of(build_environment(request, host())) ==
        Entries{"AWS_PROFILE=prod", "AWS_REGION=us-east-1", "AWS_OUTPUT=json", "AWS_PAGER=cat",
                "AWS_DEFAULT_OUTPUT=text", "AWS_DEFAULT_PROFILE=prod", "AWS_DEFAULT_REGION=us-east-1"});
}

TEST_CASE("a child's environment is asked as the child would ask", "[validate]") {
  ExecutionRequest request;
  request.env = {{"A", ""}, {"B", "3"}};
  const auto environment = build_environment(request, host());
  CHECK(environment.find("A") == "");
  CHECK(environment.find("B") == "3");
  CHECK(environment.find("PATH") == "/bin");
  CHECK_FALSE(environment.find("AWS"));
  // Every place of a name that the host has twice is replaced.
  const Environment twice = Environment::from_block(std::string_view("A=1\0X=1\0A=2\0", 12));
  CHECK(entries_of(build_environment(request, twice)) == Entries{"X=1", "A=", "B=3"});
}
