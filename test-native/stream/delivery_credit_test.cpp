#include "core/stream/delivery_credit.hpp"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using namespace cloudops;

TEST_CASE("credit pauses past its limit and resumes once, at half of it") {
  const auto total = std::make_shared<DeliveryTotal>();
  DeliveryCredit credit(total);
  constexpr std::size_t half = DeliveryCredit::limit / 2;
  credit.add(half);
  credit.add(half);
  CHECK_FALSE(credit.exhausted());
  credit.add(1);
  CHECK(credit.exhausted());
  CHECK_FALSE(credit.release(1));
  CHECK(credit.exhausted());
  CHECK(credit.release(half));
  CHECK_FALSE(credit.exhausted());
  CHECK_FALSE(credit.release(half));
  CHECK(total->undelivered == 0);
}

TEST_CASE("the shared total pauses an execution, but never one that holds nothing") {
  const auto total = std::make_shared<DeliveryTotal>();
  DeliveryCredit small(total);
  small.add(100);
  CHECK_FALSE(small.exhausted());
  total->undelivered += DeliveryTotal::limit;
  small.add(100);
  CHECK(small.exhausted());
  CHECK_FALSE(small.release(100));
  // Others still hold all of the total: this one goes on all the same.
  CHECK(small.release(100));
}

TEST_CASE("what nobody will consume any more no longer counts") {
  const auto total = std::make_shared<DeliveryTotal>();
  {
    DeliveryCredit credit(total);
    credit.add(1'000'000);
    CHECK(total->undelivered == 1'000'000);
  }
  CHECK(total->undelivered == 0);
}

namespace {

/// The engine's side and the consumer's side of one execution, as two threads.
class Conveyor {
 public:
  explicit Conveyor(std::shared_ptr<DeliveryTotal> total) : credit_(std::move(total)) {}

  /// Engine thread: hands the pieces over, waiting whenever told to.
  void produce(int pieces) {
    for (int i = 0; i < pieces; ++i) {
      const std::size_t size = 1 + static_cast<std::size_t>(i * 7919 % 100'000);
      credit_.add(size);
      std::unique_lock lock(mutex_);
      queue_.push_back(size);
      changed_.notify_all();
      if (!credit_.exhausted()) continue;
      ++pauses_;
      changed_.wait(lock, [&] { return !credit_.exhausted(); });
    }
    std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  /// Consumer's thread.
  void consume() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return done_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::size_t size = queue_.front();
      queue_.pop_front();
      lock.unlock();
      const bool resume = credit_.release(size);
      lock.lock();
      if (resume) ++resumes_;
      changed_.notify_all();
    }
  }

  int pauses() const { return pauses_; }
  int resumes() const { return resumes_; }

 private:
  DeliveryCredit credit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::size_t> queue_;
  bool done_ = false;
  int pauses_ = 0;
  int resumes_ = 0;
};

}  // namespace

TEST_CASE("between two threads no resume is lost") {
  const auto total = std::make_shared<DeliveryTotal>();
  Conveyor first(total);
  Conveyor second(total);
  std::vector<std::thread> threads;
  for (Conveyor* conveyor : {&first, &second}) {
    threads.emplace_back([conveyor] { conveyor->produce(3'000); });
    threads.emplace_back([conveyor] { conveyor->consume(); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(first.pauses() > 0);
  CHECK(first.pauses() <= first.resumes());
  CHECK(second.pauses() <= second.resumes());
  CHECK(total->undelivered == 0);
}
