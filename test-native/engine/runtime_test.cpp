#include "core/runtime.hpp"
#include "host_state.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

#include <future>
#include <thread>
#include <utility>
#include <vector>

using namespace cloudops;

namespace {

/// Returns when the engine thread has done what was posted before.
void settle(Runtime& runtime) {
  std::promise<void> done;
  runtime.post([&] { done.set_value(); });
  done.get_future().get();
}

}  // namespace

TEST_CASE("what many threads post is all done, once, in the order of each") {
  constexpr int threads = 4;
  constexpr int posts = 20'000;
  Runtime runtime;
  std::vector<std::vector<int>> done(threads);
  std::vector<std::thread> posters;
  for (int thread = 0; thread < threads; ++thread)
    posters.emplace_back([&, thread] {
      for (int i = 0; i < posts; ++i) runtime.post([&, thread, i] { done[thread].push_back(i); });
    });
  for (auto& poster : posters) poster.join();
  settle(runtime);
  for (const auto& numbers : done) {
    REQUIRE(numbers.size() == posts);
    for (int i = 0; i < posts; ++i)
      if (numbers[i] != i) FAIL(i << " is " << numbers[i]);
  }
}

TEST_CASE("one after another, each post wakes a thread that has gone to sleep") {
  Runtime runtime;
  for (int i = 0; i < 2000; ++i) settle(runtime);
}

TEST_CASE("nothing is lost that is posted while the thread looks for work, stops looking, or sleeps") {
  Runtime runtime;
  for (int i = 0; i < 4000; ++i) {
    runtime.post([&] { runtime.expect_work(); });
    // Up to half as long again as it looks.
    const auto until = SteadyTime::clock::now() + BusyPoll::longest * (i % 64) * 3 / 128;
    while (SteadyTime::clock::now() < until) std::this_thread::yield();
    settle(runtime);
  }
}

TEST_CASE("what is held waits for its turn, and everything after it") {
  Runtime runtime;
  std::vector<int> order;
  for (const bool looking : {false, true}) {
    order.clear();
    runtime.post([&] { order.push_back(1); });
    runtime.hold_posts();
    runtime.post([&] { order.push_back(2); });
    runtime.post([&] { order.push_back(3); });
    runtime.send_held();
    settle(runtime);
    CHECK(order == std::vector{1, 2, 3});
    if (!looking) runtime.post([&] { runtime.expect_work(); });
  }
  runtime.hold_posts();
  std::promise<void> held;
  runtime.post([&] { held.set_value(); });
  // Nothing tells that it does not come: this is how long it has had.
  auto done = held.get_future();
  CHECK(done.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  runtime.send_held();
  done.get();
}

TEST_CASE("what is held when the thread is to end is done") {
  for (int round = 0; round < 100; ++round) {
    int done = 0;
    {
      Runtime runtime;
      if (round % 2 == 0) runtime.post([&] { runtime.stop_when_idle(); });
      runtime.hold_posts();
      runtime.post([&] { ++done; });
    }
    REQUIRE(done == 1);
  }
}

TEST_CASE("a thread that has looked for work for a while sleeps") {
  Runtime runtime;
  pid_t thread = 0;
  for (int i = 0; i < 2; ++i) {
    runtime.post([&] {
      thread = ::gettid();
      runtime.expect_work();
    });
    settle(runtime);
  }
  CHECK(test::eventually([thread] { return test::state_of(thread) == 'S'; }));
  settle(runtime);
}

TEST_CASE("a thread that looks for work can be ended") {
  for (int round = 0; round < 200; ++round) {
    Runtime runtime;
    for (int i = 0; i < 2; ++i) {
      runtime.post([&] { runtime.expect_work(); });
      settle(runtime);
    }
    runtime.post([&] { runtime.expect_work(); });
  }
}

TEST_CASE("what the engine thread posts comes in the order of what it posts to its io_context") {
  Runtime runtime;
  std::vector<int> order;
  std::promise<void> done;
  runtime.post([&] {
    boost::asio::post(runtime.io(), [&] { order.push_back(1); });
    runtime.post([&] { order.push_back(2); });
    boost::asio::post(runtime.io(), [&] {
      order.push_back(3);
      done.set_value();
    });
  });
  done.get_future().get();
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("nothing posted around the end of the thread is lost or done twice") {
  for (int round = 0; round < 200; ++round) {
    int done = 0;
    int posted = 0;
    bool in_order = true;
    {
      Runtime runtime;
      runtime.post([&] { runtime.stop_when_idle(); });
      for (; posted < 50; ++posted) runtime.post([&, posted] { in_order = in_order && done++ == posted; });
      runtime.join();
      runtime.release();
      // On this thread: there is no other.
      runtime.post([&, here = std::this_thread::get_id()] {
        if (std::this_thread::get_id() == here) ++done;
      });
      ++posted;
      runtime.post([&] { runtime.stop_when_idle(); });
    }
    REQUIRE(done == posted);
    REQUIRE(in_order);
  }
}
