#include "core/stream/private_file.hpp"

#include "scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

using namespace cloudops;
using namespace cloudops::test;
using Catch::Matchers::Contains;

namespace {

constexpr auto kPolicy = OpenToOthers::leave;

std::string refusal(const std::string& path) {
  const auto file = open_log_at(path);
  REQUIRE(file.has_error());
  CHECK(file.error().code == ErrorCode::io);
  CHECK_THAT(file.error().message, Contains(path));
  return file.error().message;
}

}  // namespace

TEST_CASE("a log is a private file, named by its id, not inherited by children", "[private_file]") {
  const ScratchDir scratch;
  const Uuid id = make_uuid();
  const auto file = open_log_in(scratch / "logs/", kPolicy, id);
  REQUIRE(file.has_value());
  CHECK(file->path == scratch / ("logs/" + to_string(id) + ".log"));
  CHECK(mode_of(file->path) == 0600);
  CHECK((::fcntl(file->fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(file->fd.get(), F_GETFL) & O_APPEND) != 0);
}

TEST_CASE("files have mode 0600 whatever the umask", "[private_file]") {
  const ScratchDir scratch;
  for (const mode_t mask : {0, 0177, 0277, 0777}) {
    const Umask masked(mask);
    const Uuid id = make_uuid();
    const auto log = open_log_in(scratch.path(), kPolicy, id);
    const auto overflow = open_overflow_in(scratch.path(), kPolicy, id, OutputStream::out);
    REQUIRE((log.has_value() && overflow.has_value()));
    CHECK(mode_of(log->path) == 0600);
    CHECK(mode_of(overflow->path) == 0600);
  }
}

TEST_CASE("a log that is there already is emptied and closed to others", "[private_file]") {
  const ScratchDir scratch;
  write_all(scratch / "x.log", "old");
  ::chmod((scratch / "x.log").c_str(), 0644);
  REQUIRE(open_log_at(scratch / "x.log").has_value());
  CHECK(read_all(scratch / "x.log").empty());
  CHECK(mode_of(scratch / "x.log") == 0600);
}

TEST_CASE("what is not a plain file of ours is refused and left as it is", "[private_file]") {
  const ScratchDir scratch;
  write_all(scratch / "victim", "precious");

  std::filesystem::create_symlink(scratch / "victim", scratch / "link");
  CHECK_THAT(refusal(scratch / "link"), Contains("symbolic link"));
  std::filesystem::create_symlink(scratch / "made-by-link", scratch / "dangling");
  CHECK_THAT(refusal(scratch / "dangling"), Contains("symbolic link"));
  CHECK_FALSE(std::filesystem::exists(scratch / "made-by-link"));

  std::filesystem::create_hard_link(scratch / "victim", scratch / "second-name");
  CHECK_THAT(refusal(scratch / "second-name"), Contains("other names"));
  CHECK(read_all(scratch / "victim") == "precious");

  REQUIRE(::mkfifo((scratch / "fifo").c_str(), 0600) == 0);
  CHECK_THAT(refusal(scratch / "fifo"), Contains("not a regular file"));
  const int reader = ::open((scratch / "fifo").c_str(), O_RDONLY | O_NONBLOCK);
  CHECK_THAT(refusal(scratch / "fifo"), Contains("not a regular file"));
  ::close(reader);

  CHECK_THAT(refusal("/dev/null"), Contains("not a regular file"));
  ::mkdir((scratch / "dir").c_str(), 0700);
  CHECK_THAT(refusal(scratch / "dir"), Contains("EISDIR"));
  CHECK_THAT(refusal(scratch / "dir/"), Contains("names a directory"));
  CHECK(open_log_at("").has_error());

  if (::geteuid() == 0) {
    write_all(scratch / "foreign", "theirs");
    REQUIRE(::chown((scratch / "foreign").c_str(), 65'534, 65'534) == 0);
    CHECK_THAT(refusal(scratch / "foreign"), Contains("another user"));
    CHECK(read_all(scratch / "foreign") == "theirs");
  }
}

TEST_CASE("overflow files are new files, one per stream", "[private_file]") {
  const ScratchDir scratch;
  const Uuid id = make_uuid();
  const std::string base = scratch / to_string(id);
  const auto out = open_overflow_in(scratch.path(), kPolicy, id, OutputStream::out);
  const auto err = open_overflow_in(scratch.path(), kPolicy, id, OutputStream::err);
  REQUIRE(out.has_value());
  REQUIRE(err.has_value());
  CHECK(out->path == base + ".stdout.overflow");
  CHECK(err->path == base + ".stderr.overflow");
  CHECK(mode_of(out->path) == 0600);

  REQUIRE(::write(out->fd.get(), "old", 3) == 3);
  REQUIRE(open_overflow_in(scratch.path(), kPolicy, id, OutputStream::out).has_value());
  CHECK(read_all(out->path).empty());
  struct stat old {};
  ::fstat(out->fd.get(), &old);
  CHECK(old.st_size == 3);

  write_all(scratch / "victim", "precious");
  std::filesystem::remove(err->path);
  std::filesystem::create_symlink(scratch / "victim", err->path);
  CHECK_THAT(open_overflow_in(scratch.path(), kPolicy, id, OutputStream::err).error().message,
             Contains("symbolic link"));
  CHECK(read_all(scratch / "victim") == "precious");
}

TEST_CASE("a directory that is refused refuses its files", "[private_file]") {
  const ScratchDir scratch;
  std::filesystem::create_symlink(scratch.path(), scratch / "link");
  CHECK(open_log_in(scratch / "link", kPolicy, make_uuid()).has_error());
  CHECK(open_overflow_in(scratch / "link", kPolicy, make_uuid(), OutputStream::out).has_error());
}

TEST_CASE("a log is read back whole, up to a size, never through a link", "[private_file]") {
  const ScratchDir scratch;
  for (const std::size_t size : {0u, 1u, 65'536u, 300'000u}) {
    write_all(scratch / "log", std::string(size, 'x'));
    CHECK(read_log(scratch / "log", 300'000).value() == std::string(size, 'x'));
  }
  const auto check_refused = [](const Expected<std::string>& result, const std::string& reason) {
    REQUIRE(result.has_error());
    CHECK(result.error().code == ErrorCode::log_read_failed);
    CHECK_THAT(result.error().message, Contains(reason));
  };
  check_refused(read_log(scratch / "log", 299'999), "larger than 299999");
  check_refused(read_log(scratch / "missing", 10), "ENOENT");
  check_refused(read_log(scratch.path(), 10), "not a regular file");
  check_refused(read_log("/dev/zero", 10), "not a regular file");
  std::filesystem::create_symlink(scratch / "log", scratch / "link");
  check_refused(read_log(scratch / "link", 300'000), "symbolic link");
}
