#include "core/stream/file_writer.hpp"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

namespace cloudops {

struct FileWriter::Shared {
  struct Task {
    Job job;
    FollowUp follow_up;
  };

  explicit Shared(std::function<void(FollowUp)> to) : to_engine(std::move(to)) {}

  const std::function<void(FollowUp)> to_engine;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> tasks;
  /// A task is under way.
  bool busy = false;
  /// Its follow-up is being handed over.
  bool answering = false;
  std::atomic<std::uint64_t> jobs_done = 0;
  /// The FileWriter is gone.
  bool abandoned = false;
};

FileWriter::FileWriter(std::function<void(FollowUp)> to_engine)
    : shared_(std::make_shared<Shared>(std::move(to_engine))) {}

FileWriter::~FileWriter() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(shared_->mutex);
  shared_->abandoned = true;
  shared_->changed.notify_all();
  // Handing over never waits for a disk.
  shared_->changed.wait(lock, [this] { return !shared_->answering; });
  const bool idle = !shared_->busy && shared_->tasks.empty();
  lock.unlock();
  if (idle)
    thread_.join();
  else
    thread_.detach();
}

bool FileWriter::start() {
  if (thread_.joinable()) return true;
  try {
    thread_ = std::thread([shared = shared_] { run(*shared); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void FileWriter::post(Job job, FollowUp follow_up) {
  std::lock_guard lock(shared_->mutex);
  shared_->tasks.push_back({std::move(job), std::move(follow_up)});
  if (!shared_->busy) shared_->changed.notify_all();
}

std::uint64_t FileWriter::jobs_done() const { return shared_->jobs_done; }

void FileWriter::run(Shared& shared) {
  // The host's signal handlers run on the host's threads.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "cloudops-files");

  std::unique_lock lock(shared.mutex);
  for (;;) {
    shared.changed.wait(lock, [&] { return !shared.tasks.empty() || shared.abandoned; });
    if (shared.tasks.empty()) return;
    Shared::Task task = std::move(shared.tasks.front());
    shared.tasks.pop_front();
    shared.busy = true;
    lock.unlock();
    const bool wanted = task.job();
    task.job = nullptr;
    ++shared.jobs_done;
    lock.lock();
    if (wanted && !shared.abandoned) {
      shared.answering = true;
      lock.unlock();
      shared.to_engine(std::move(task.follow_up));
      lock.lock();
      shared.answering = false;
      shared.changed.notify_all();
    }
    shared.busy = false;
    // Not under the lock: what it holds may be the last of something.
    lock.unlock();
    task = {};
    lock.lock();
  }
}

}  // namespace cloudops
