#include "core/busy_poll.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace cloudops;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct PollingThread {
  BusyPoll poll;
  SteadyTime now = SteadyTime() + seconds(100);

  bool runs_out_of_work() { return poll.begin(now); }
  bool goes_on_after(SteadyTime::duration pause) {
    poll.found_nothing(now += pause);
    return poll.is_looking();
  }
  void gets_work_after(SteadyTime::duration pause) { poll.came(now += pause); }
};

PollingThread looking_thread() {
  PollingThread thread;
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(microseconds(50));
  CHECK(thread.runs_out_of_work());
  return thread;
}

}  // namespace

TEST_CASE("a thread looks for work only if it came soon the last time", "[busy_poll]") {
  PollingThread thread;
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(microseconds(100));
  CHECK(thread.runs_out_of_work());
  CHECK_FALSE(thread.goes_on_after(BusyPoll::longest));
  thread.gets_work_after(milliseconds(5));
  CHECK_FALSE(thread.runs_out_of_work());
  // Without having looked it sees that looking would have paid.
  thread.gets_work_after(BusyPoll::longest);
  CHECK(thread.runs_out_of_work());
}

TEST_CASE("a thread that looks for work sleeps after a while", "[busy_poll]") {
  PollingThread thread = looking_thread();
  CHECK(thread.goes_on_after(BusyPoll::longest / 2));
  CHECK_FALSE(thread.goes_on_after(BusyPoll::longest / 2));
  CHECK(thread.poll.is_idle());
  thread.gets_work_after(microseconds(1));
  CHECK_FALSE(thread.poll.is_idle());
  CHECK_FALSE(thread.runs_out_of_work());
}

TEST_CASE("a thread leaves a processor alone that others want", "[busy_poll]") {
  PollingThread thread = looking_thread();
  SECTION("seen when a look finds nothing") { CHECK_FALSE(thread.goes_on_after(BusyPoll::interruption)); }
  SECTION("seen when work is there") {}
  thread.gets_work_after(BusyPoll::interruption);
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(microseconds(50));
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(microseconds(50));
  thread.now += BusyPoll::first_respite;
  CHECK(thread.runs_out_of_work());
}

TEST_CASE("a thread leaves a processor alone for longer the more often others want it", "[busy_poll]") {
  PollingThread thread = looking_thread();
  const auto interrupt = [&] {
    thread.gets_work_after(BusyPoll::interruption);
    CHECK_FALSE(thread.runs_out_of_work());
    thread.gets_work_after(microseconds(50));
  };
  SteadyTime::duration respite = BusyPoll::first_respite;
  for (int i = 0; i < 12; ++i) {
    interrupt();
    // The 50 µs of interrupt() are over.
    thread.now += respite - microseconds(100);
    CHECK_FALSE(thread.runs_out_of_work());
    thread.gets_work_after(microseconds(50));
    CHECK(thread.runs_out_of_work());
    respite = std::min<SteadyTime::duration>(respite * 2, BusyPoll::longest_respite);
  }
  // A look that nobody interrupts makes it hopeful again.
  thread.gets_work_after(microseconds(50));
  CHECK(thread.runs_out_of_work());
  interrupt();
  thread.now += BusyPoll::first_respite;
  CHECK(thread.runs_out_of_work());
}

TEST_CASE("a pause during which the thread slept says nothing about its processor", "[busy_poll]") {
  PollingThread thread;
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(seconds(1));
  CHECK_FALSE(thread.runs_out_of_work());
  thread.gets_work_after(microseconds(50));
  CHECK(thread.runs_out_of_work());
}

TEST_CASE("a thread that has something to do does not look", "[busy_poll]") {
  PollingThread thread = looking_thread();
  thread.poll.end();
  CHECK_FALSE(thread.goes_on_after(microseconds(1)));
  // What comes now says nothing about pauses.
  thread.gets_work_after(seconds(1));
  CHECK(thread.runs_out_of_work());
}
