#include "core/stream/secure_dir.hpp"

#include "scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace cloudops;
using namespace cloudops::test;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::string& path, OpenToOthers policy = OpenToOthers::leave) {
  const auto dir = open_private_dir(path, policy);
  REQUIRE(dir.has_error());
  CHECK(dir.error().code == ErrorCode::io);
  CHECK_THAT(dir.error().message, Contains(path));
  return dir.error().message;
}

bool opens(const std::string& path, OpenToOthers policy = OpenToOthers::leave) {
  return open_private_dir(path, policy).has_value();
}

/// A directory of somebody else's: one handed over when we are root, else the root directory.
std::string foreign_dir(const ScratchDir& scratch) {
  if (::geteuid() != 0) return "/";
  const std::string path = scratch / "foreign";
  ::mkdir(path.c_str(), 0700);
  REQUIRE(::chown(path.c_str(), 65'534, 65'534) == 0);
  return path;
}

}  // namespace

TEST_CASE("missing directories are made for us alone", "[secure_dir]") {
  const ScratchDir scratch;
  CHECK(opens(scratch / "a/b/c/"));
  CHECK(mode_of(scratch / "a") == 0700);
  CHECK(mode_of(scratch / "a/b/c") == 0700);
  CHECK(opens(scratch / "a/b/c"));
}

TEST_CASE("directories that are made have mode 0700 whatever the umask", "[secure_dir]") {
  const ScratchDir scratch;
  for (const mode_t mask : {0, 0177, 0477, 0777}) {
    const std::string path = "mask-" + std::to_string(mask);
    const Umask masked(mask);
    CHECK(opens(scratch / (path + "/b")));
    CHECK(mode_of(scratch / path) == 0700);
    CHECK(mode_of(scratch / (path + "/b")) == 0700);
  }
}

TEST_CASE("a directory that another user keeps for himself is refused by his name, not only for want of permission",
          "[secure_dir]") {
  const ScratchDir scratch;
  const std::string path = scratch / "private";
  ::mkdir(path.c_str(), 0700);
  if (::geteuid() != 0) SUCCEED("only root can be two users");
  if (::geteuid() != 0) return;
  REQUIRE(::chmod((scratch / ".").c_str(), 0755) == 0);
  REQUIRE(::seteuid(65'534) == 0);
  const auto dir = open_private_dir(path, OpenToOthers::leave);
  REQUIRE(::seteuid(0) == 0);
  REQUIRE(dir.has_error());
  CHECK_THAT(dir.error().message, Contains("belongs to another user (uid 0)"));
}

TEST_CASE("parents that exist keep their mode", "[secure_dir]") {
  const ScratchDir scratch;
  ::mkdir((scratch / "open").c_str(), 0755);
  ::chmod((scratch / "open").c_str(), 0755);
  CHECK(opens(scratch / "open/inner"));
  CHECK(mode_of(scratch / "open") == 0755);
}

TEST_CASE("a directory that is open to others is tightened, or left", "[secure_dir]") {
  const ScratchDir scratch;
  const std::string path = scratch / "d";
  ::mkdir(path.c_str(), 0755);
  ::chmod(path.c_str(), 0755);
  for (const mode_t mode : {0755, 0775, 0707, 01777}) {
    ::chmod(path.c_str(), mode);
    CHECK(opens(path));
    CHECK(mode_of(path) == static_cast<int>(mode));
  }
  CHECK(opens(path, OpenToOthers::tighten));
  CHECK(mode_of(path) == 0700);
}

TEST_CASE("a symbolic link is refused as the last component only", "[secure_dir]") {
  const ScratchDir scratch;
  ::mkdir((scratch / "real").c_str(), 0700);
  std::filesystem::create_symlink(scratch / "real", scratch / "link");
  for (const std::string end : {"", "/", "//", "/.", "/./"})
    CHECK_THAT(open_private_dir(scratch / ("link" + end), OpenToOthers::tighten).error().message,
               Contains("symbolic link"));
  CHECK(opens(scratch / "link/inside"));
  CHECK_THAT(open_parent_dir(scratch / "link/file.log").error().message, Contains("symbolic link"));
  std::filesystem::create_symlink(scratch / "nowhere", scratch / "dangling");
  CHECK_THAT(refusal(scratch / "dangling"), Contains("symbolic link"));
  CHECK_FALSE(std::filesystem::exists(scratch / "nowhere"));
}

TEST_CASE("what is not a directory of ours is refused", "[secure_dir]") {
  const ScratchDir scratch;
  write_all(scratch / "file", "");
  CHECK_THAT(refusal(scratch / "file"), Contains("ENOTDIR"));
  CHECK_THAT(refusal(scratch / "file/below"), Contains("ENOTDIR"));
  CHECK_THAT(refusal(foreign_dir(scratch)), Contains("another user"));
  CHECK_THAT(refusal(foreign_dir(scratch), OpenToOthers::tighten), Contains("another user"));
  CHECK(open_private_dir("", OpenToOthers::tighten).has_error());
}

TEST_CASE("a file may go where we or root own the directory", "[secure_dir]") {
  const ScratchDir scratch;
  CHECK(open_parent_dir(scratch / "new/dir/file.log").has_value());
  CHECK(mode_of(scratch / "new/dir") == 0700);
  CHECK(open_parent_dir("/tmp/file.log").has_value());
  if (::geteuid() != 0) return;
  const std::string foreign = foreign_dir(scratch);
  CHECK_THAT(open_parent_dir(foreign + "/file.log").error().message, Contains("another user"));
}
