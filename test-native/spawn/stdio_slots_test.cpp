#include "core/spawn/stdio_slots.hpp"

#include "core/os/system.hpp"

#include "os/forked_copy.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

using namespace cloudops;

namespace {

bool is_same(int one, int other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/// In a host with thousands of descriptors.
UniqueFd high(const UniqueFd& fd) { return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 500)); }

struct SlotsFixture {
  SlotsFixture() {
    for (PipeEnds* pipe : {&out, &err}) {
      REQUIRE(real_system().pipe(*pipe) == 0);
      pipe->write_end = high(pipe->write_end);
      REQUIRE(pipe->write_end);
    }
  }
  StdioFds stdio() const { return {dev_null.get(), out.write_end.get(), err.write_end.get()}; }
  /// Every writer is gone.
  bool has_ended(const PipeEnds& pipe) {
    char byte = 0;
    ::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK);
    return ::read(pipe.read_end.get(), &byte, 1) == 0;
  }

  StdioSlots slots;
  PipeEnds out;
  PipeEnds err;
  UniqueFd dev_null{real_system().open_for_reading("/dev/null")};
};

}  // namespace

TEST_CASE_METHOD(SlotsFixture, "slots hold a child's stdio below the number that it copies up to") {
  const StdioSlots::Loan loan(slots, stdio(), dev_null.get());
  const StdioFds lent = loan.stdio();
  CHECK(is_same(lent.in, dev_null.get()));
  CHECK(is_same(lent.out, out.write_end.get()));
  CHECK(is_same(lent.err, err.write_end.get()));
  CHECK(lent.copy_below % 64 == 0);
  for (const int fd : {lent.in, lent.out, lent.err}) {
    CHECK(fd > 2);
    CHECK(fd < lent.copy_below);
    CHECK(::fcntl(fd, F_GETFD) == FD_CLOEXEC);
  }
}

TEST_CASE_METHOD(SlotsFixture, "what has low numbers needs no slot") {
  PipeEnds low;
  REQUIRE(real_system().pipe(low) == 0);
  const StdioFds given{low.read_end.get(), low.write_end.get(), low.write_end.get()};
  const StdioSlots::Loan loan(slots, given, dev_null.get());
  const StdioFds lent = loan.stdio();
  CHECK(std::array{lent.in, lent.out, lent.err} == std::array{given.in, given.out, given.err});
  CHECK(lent.copy_below > given.out);
  CHECK(lent.copy_below % 64 == 0);
}

TEST_CASE_METHOD(SlotsFixture, "slots keep no pipe open after the loan") {
  PipeEnds in;
  REQUIRE(real_system().pipe(in) == 0);
  {
    StdioFds with_pipe = stdio();
    with_pipe.in = in.read_end.get();
    const StdioSlots::Loan loan(slots, with_pipe, dev_null.get());
    CHECK(is_same(loan.stdio().in, in.read_end.get()));
  }
  out.write_end.reset();
  err.write_end.reset();
  CHECK(has_ended(out));
  CHECK(has_ended(err));
  in.read_end.reset();
  pollfd writer{in.write_end.get(), POLLOUT, 0};
  REQUIRE(::poll(&writer, 1, 0) == 1);
  CHECK((writer.revents & POLLERR) != 0);
}

TEST_CASE_METHOD(SlotsFixture, "without slots a child gets what was given") {
  const StdioFds broken{dev_null.get(), -1, err.write_end.get()};
  {
    const StdioSlots::Loan loan(slots, broken, dev_null.get());
    CHECK(loan.stdio().out == -1);
    CHECK(loan.stdio().copy_below == 0);
  }
  {
    // What the slots hold otherwise is not there: they are given up rather than left with a pipe.
    const StdioSlots::Loan loan(slots, stdio(), -1);
  }
  const StdioSlots::Loan loan(slots, stdio(), dev_null.get());
  CHECK(loan.stdio().out == out.write_end.get());
  CHECK(loan.stdio().copy_below == 0);
  out.write_end.reset();
  CHECK(has_ended(out));
}

TEST_CASE("slots leave 0, 1 and 2 alone in a host that has closed them") {
  CHECK(test::in_forked_copy([] {
          for (const int fd : {0, 1, 2}) ::close(fd);
          StdioSlots slots;
          const UniqueFd dev_null(::open("/dev/null", O_RDWR | O_CLOEXEC));
          const UniqueFd given = high(dev_null);
          const StdioSlots::Loan loan(slots, {given.get(), given.get(), given.get()}, dev_null.get());
          const StdioFds lent = loan.stdio();
          const bool usable = lent.copy_below > 0 && lent.in > 2 && lent.out > 2 && lent.err > 2;
          return usable && ::fcntl(1, F_GETFD) < 0 ? 0 : 1;
        }) == 0);
}
