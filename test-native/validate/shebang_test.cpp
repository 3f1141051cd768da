#include "core/validate/shebang.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace cloudops;

namespace {

/// "interpreter|argument", "interpreter" or "none".
std::string shebang(std::string_view beginning) {
  const auto found = parse_shebang(beginning);
  if (!found) return "none";
  return found->argument ? found->interpreter + '|' + *found->argument : found->interpreter;
}

}  // namespace

TEST_CASE("a shebang line is split as the kernel does", "[validate]") {
  CHECK(shebang("#!/bin/sh\necho") == "/bin/sh");
  CHECK(shebang("#! \t/bin/sh \t\necho") == "/bin/sh");
  CHECK(shebang("#!/usr/bin/env python3\n") == "/usr/bin/env|python3");
  CHECK(shebang("#!/usr/bin/env -S node  --x=1 \t\n") == "/usr/bin/env|-S node  --x=1");
  CHECK(shebang("#!/bin/sh") == "/bin/sh");
  CHECK(shebang(std::string_view("#!/bin/sh\0-x\n", 13)) == "/bin/sh");
}

TEST_CASE("a carriage return before the line end is dropped", "[validate]") {
  CHECK(shebang("#!/bin/sh\r\necho\r\n") == "/bin/sh");
  CHECK(shebang("#!/bin/sh -e\r\n") == "/bin/sh|-e");
  CHECK(shebang("#!\r\n") == "none");
}

TEST_CASE("what is no shebang line names no interpreter", "[validate]") {
  CHECK(shebang("") == "none");
  CHECK(shebang("#") == "none");
  CHECK(shebang("#!") == "none");
  CHECK(shebang("#!\n/bin/sh") == "none");
  CHECK(shebang("#!  \t\n") == "none");
  CHECK(shebang(" #!/bin/sh\n") == "none");
  CHECK(shebang("echo #!/bin/sh\n") == "none");
}

TEST_CASE("only the first 255 bytes count", "[validate]") {
  const std::string name = "/" + std::string(251, 'n');
  CHECK(shebang("#!" + name + "\n") == name);
  CHECK(shebang("#!" + name + "nnn\n") == "none");
  // A cut argument is passed cut, as the kernel does.
  CHECK(shebang("#!/bin/sh " + std::string(300, 'a') + "\n") == "/bin/sh|" + std::string(245, 'a'));
}
