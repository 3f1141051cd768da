#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

namespace cloudops {

/// The thread that writes what commands print to their files, so that a disk that is slow holds up those who fill it
/// and nobody else.
///
/// Used on the engine thread. The system thread is started by the first start(). Destroying this does not wait for what
/// is still to be done: it is done all the same, if the process lives long enough, but nobody hears of it.
class FileWriter {
 public:
  /// On the writer's thread. True: the follow-up is wanted.
  using Job = std::function<bool()>;
  /// On the engine thread.
  using FollowUp = std::function<void()>;

  /// `to_engine` hands work to the engine thread; it is called on the writer's thread, and not after this is destroyed.
  explicit FileWriter(std::function<void(FollowUp)> to_engine);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Starts the thread, if it is not there. False: the system has none for us.
  bool start();
  /// After start(). Jobs are done in the order of the calls, and so are their follow-ups.
  void post(Job job, FollowUp follow_up);
  /// Whether anything has been done since it was asked last is what this number tells.
  std::uint64_t jobs_done() const;

 private:
  struct Shared;
  static void run(Shared& shared);

  /// Outlives this where a disk does not let the thread go.
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace cloudops
