#include "core/runtime.hpp"

#include "core/os/time_slice.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace cloudops {

Runtime::Runtime(ChildSignals child_signals)
    // Descriptors are the engine thread's alone, so Asio needs no lock for each; other threads only post.
    : io_(std::make_unique<boost::asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO)),
      doorbell_(*io_, [this] { take_in(); }),
      child_signal_(child_signals),
      read_buffer_(new ReadBuffer),
      thread_([this] { run(); }) {}

Runtime::~Runtime() {
  send_held();
  post([this] { stop_when_idle(); });
  join();
}

void Runtime::post(Work work) {
  std::unique_lock lock(mutex_);
  if (state_ == State::ended) {
    lock.unlock();
    std::lock_guard one_at_a_time(after_end_);
    const auto outer = works_after_end_.exchange(std::this_thread::get_id());
    work();
    works_after_end_ = outer;
    return;
  }
  // From the engine thread in the order of what it posts to itself.
  if (io_->get_executor().running_in_this_thread()) {
    boost::asio::post(*io_, std::move(work));
    return;
  }
  inbox_.push_back(std::move(work));
  // For the others it has been done already.
  if (!holding_ && inbox_.size() == 1) announce_post(lock);
}

void Runtime::hold_posts() {
  std::lock_guard lock(mutex_);
  holding_ = state_ == State::running;
}

void Runtime::send_held() {
  std::unique_lock lock(mutex_);
  if (std::exchange(holding_, false) && !inbox_.empty()) announce_post(lock);
}

void Runtime::announce_post(std::unique_lock<std::mutex>& lock) {
  if (state_ == State::stopping) {
    boost::asio::post(*io_, [this] { take_in(); });
    return;
  }
  const bool looking = looking_;
  mail_.store(true, std::memory_order_release);
  lock.unlock();
  if (!looking) doorbell_.ring();
}

void Runtime::take_in() {
  std::vector<Work> taken;
  {
    std::lock_guard lock(mutex_);
    if (!holding_) taken.swap(inbox_);
    mail_.store(false, std::memory_order_relaxed);
    looking_ = false;
  }
  if (!taken.empty() && busy_poll_.is_idle()) busy_poll_.came(SteadyTime::clock::now());
  for (const Work& work : taken) work();
}

void Runtime::expect_work() {
  if (!busy_poll_.begin(SteadyTime::clock::now())) return;
  {
    std::lock_guard lock(mutex_);
    looking_ = true;
  }
  // Posted: what has just ended is still on the stack.
  if (!std::exchange(look_is_posted_, true)) boost::asio::post(*io_, [this] { look_for_work(); });
}

void Runtime::look_for_work() {
  constexpr int looks = 64;
  // Whoever else wants this processor, be it the very thread that is to ask, goes first. Not at every look: giving way
  // may cost a whole time slice.
  std::this_thread::yield();
  // Work may have come by another way meanwhile.
  for (int i = 0; i < looks && busy_poll_.is_looking(); ++i) {
    if (mail_.load(std::memory_order_acquire)) return stop_looking();
    busy_poll_.found_nothing(SteadyTime::clock::now());
  }
  if (!busy_poll_.is_looking()) return stop_looking();
  // Timers and descriptors have their turn in between.
  boost::asio::post(*io_, [this] { look_for_work(); });
}

void Runtime::stop_looking() {
  look_is_posted_ = false;
  take_in();
}

void Runtime::crowded(bool crowded) {
  if (crowded == (time_slice_of_host_ns_ != 0) || slices_refused_) return;
  if (crowded) {
    time_slice_of_host_ns_ = exchange_time_slice(shortest_time_slice_ns);
    slices_refused_ = time_slice_of_host_ns_ == 0;
  } else if (exchange_time_slice(time_slice_of_host_ns_) != 0) {
    // Not if it was refused: then children are still to be given the host's.
    time_slice_of_host_ns_ = 0;
  }
}

void Runtime::stop_when_idle() {
  {
    std::lock_guard lock(mutex_);
    if (state_ != State::running) return;
    state_ = State::stopping;
    holding_ = false;
    if (!inbox_.empty()) boost::asio::post(*io_, [this] { take_in(); });
  }
  doorbell_.close();
}

void Runtime::join() {
  std::lock_guard one_at_a_time(joining_);
  if (thread_.joinable()) thread_.join();
}

bool Runtime::works_here() const {
  const auto here = std::this_thread::get_id();
  return thread_.get_id() == here || works_after_end_.load() == here;
}

void Runtime::release() {
  std::lock_guard one_at_a_time(after_end_);
  read_buffer_.reset();
  io_.reset();
}

void Runtime::run() {
  // The host's signal handlers run on the host's threads (SIGCHLD: see ChildSignal). SIGPIPE is answered as EPIPE.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "cloudops-engine");

  io_->run();
  // What was posted between the last look of run() and now is still done, here.
  std::lock_guard one_at_a_time(after_end_);
  {
    std::lock_guard lock(mutex_);
    state_ = State::ended;
  }
  io_->restart();
  io_->poll();
}

}  // namespace cloudops
