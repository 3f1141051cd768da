#include "core/runtime.hpp"

#include <pthread.h>
#include <signal.h>

namespace cloudops {

Runtime::Runtime()
    : io_(std::make_unique<boost::asio::io_context>(1)),
      keep_alive_(io_->get_executor()),
      read_buffer_(new std::array<char, 64 * 1024>),
      thread_([this] { run(); }) {}

Runtime::~Runtime() {
  stop_when_idle();
  join();
}

void Runtime::join() {
  if (thread_.joinable()) thread_.join();
}

void Runtime::release() {
  std::lock_guard one_at_a_time(after_end_);
  read_buffer_.reset();
  io_.reset();
}

void Runtime::run() {
  // The host's signal handlers run on the host's threads. SIGPIPE is answered as EPIPE.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "cloudops-engine");

  io_->run();
  // What was posted between the last look of run() and now is still done, here.
  std::lock_guard one_at_a_time(after_end_);
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  io_->restart();
  io_->poll();
}

}  // namespace cloudops
