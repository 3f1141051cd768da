#pragma once

#include "binding/hooks.hpp"
#include "binding/submission_batches.hpp"
#include "core/event_sink.hpp"

#include <napi.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <variant>

namespace cloudops::binding {

/// Settles a promise. Runs on the JavaScript thread.
using Reply = std::function<void(Napi::Env)>;

/// What the engine has for JavaScript, in order: events and replies. Ahead of them all: the ids of what was submitted.
/// The code after `await execute(…)` runs before any event that follows, and if several were submitted in one turn, the
/// code after `await Promise.all(…)`: until all of them are answered, events wait.
///
/// Filled on any thread, emptied on the JavaScript thread, which owns it together with the engine. It never blocks the
/// engine thread. One call of drain() is pending at most: the first by the thread-safe function, and while there is
/// more, the next by setImmediate. A thread-safe function that is called again while it works goes on at once, up to a
/// thousand times: under a flood of output no timer and no socket would get its turn. While nobody listens, events that
/// end nothing wait for the next that does: a thread is not woken for what nobody will see. A listener that comes in
/// the meantime does not see them, unless it comes with the code after `await execute(…)`. After detach() what comes is
/// dropped.
class Outbox final : public EventSink {
 public:
  Outbox(Napi::Env env, Hooks& hooks);
  ~Outbox() override;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Any thread.
  bool deliver(Event event) override;
  void begin_batch() override;
  void end_batch() override;
  /// Any thread.
  void warn(const std::string& sentence) override;
  /// Any thread.
  void reply(Reply reply);

  using Batch = SubmissionBatches::Batch;
  /// JavaScript thread. One more submission is to be answered, by announce().
  Batch expect_announcement() { return batches_.expect(); }
  /// Any thread. `accepted`: the reply tells an id.
  void announce(Batch batch, bool accepted, Reply reply);

  /// False: Node had no thread-safe function for us, and nothing will be delivered.
  bool is_usable() const { return function_ != nullptr; }

  /// JavaScript thread. Hands over what there is, up to what fits into a turn of the event loop; the rest in the next.
  void drain(Napi::Env env);
  /// JavaScript thread. Whether anybody would see an event.
  void listening(bool anybody);
  /// JavaScript thread. true: the process (or worker) stays alive for what is to come.
  void keep_alive(bool keep);
  /// JavaScript thread, after the engine thread has ended or will not deliver any more that matters.
  void detach();

 private:
  /// From here on somebody listens.
  struct Heard {};
  using Record = std::variant<StartedEvent, OutputChunk, FinishedEvent, ProgressEvent, Reply, Heard>;
  struct Announcement {
    Batch batch;
    bool accepted;
    Reply reply;
  };
  static void call_js(napi_env env, napi_value, void* context, void*);

  void push(Record record);
  /// Under the lock. Whether the record is for somebody who waits for it.
  bool is_due(const Record& record);
  /// Without the lock. Has drain() called: it only queues, it does not wait.
  void wake();
  /// Under the lock. Whether somebody has to call wake(), because something is due.
  bool schedule();
  /// JavaScript thread. True: ids were told, and events are to wait.
  bool hand_over_announcements(Napi::Env env);
  void hand_over(Napi::Env env, Record& record);
  /// `most` at most, and what fits into a turn; how many.
  std::size_t hand_over_records(Napi::Env env, std::size_t most);
  /// JavaScript thread. Moves what there is to `taken_`; false: nothing.
  bool take();
  /// Under the lock. There is something for somebody who waits.
  bool has_due() const { return due_ || !taken_.empty() || !announcements_.empty(); }

  const napi_env env_;
  Hooks& hooks_;
  napi_threadsafe_function function_ = nullptr;

  std::mutex mutex_;
  std::deque<Record> records_;
  std::deque<Announcement> announcements_;
  /// Text among the records that nobody was woken for.
  std::size_t unannounced_bytes_ = 0;
  bool listening_ = false;
  /// Somebody waits for one of the records.
  bool due_ = false;
  /// More is to come at once; then somebody is woken.
  bool batching_ = false;
  /// drain() will be called, or is at work.
  bool scheduled_ = false;
  bool detached_ = false;

  /// Against wake() and the release of the function at once.
  std::mutex releasing_;
  bool released_ = false;

  /// Taken out of `records_`, not handed over yet. JavaScript thread only.
  std::deque<Record> taken_;
  SubmissionBatches batches_;
  /// So many of the first records are of what had been announced when it was last looked for announcements.
  std::size_t announced_records_ = 0;
};

}  // namespace cloudops::binding
