#include "binding/outbox.hpp"

#include "core/stream/delivery_credit.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

namespace cloudops::binding {
namespace {

/// Text that may wait for a thread nobody woke; well below what holds a child back (DeliveryCredit).
constexpr std::size_t most_unannounced_bytes = DeliveryCredit::limit / 4;

/// What one turn of the event loop is used for at most; then timers and sockets have theirs. Listeners are called
/// within the turn, iterators go on after it, so both are counted: the time that has passed, and the lines handed over.
class Turn {
 public:
  bool over() const { return lines_ >= most_lines || SteadyTime::clock::now() - began_ >= longest; }
  void handed_over(std::uint32_t lines) { lines_ += lines; }

 private:
  static constexpr std::uint64_t most_lines = 8192;
  static constexpr Milliseconds longest{10};
  const SteadyTime began_ = SteadyTime::clock::now();
  std::uint64_t lines_ = 0;
};

}  // namespace

Outbox::Outbox(Napi::Env env, Hooks& hooks) : env_(env), hooks_(hooks) {
  const auto name = Napi::String::New(env, "cloudops-execution-engine");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, call_js, &function_) !=
      napi_ok) {
    function_ = nullptr;
    detached_ = released_ = true;
    return;
  }
  keep_alive(false);
}

Outbox::~Outbox() { detach(); }

void Outbox::detach() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(detached_, true)) return;
    records_.clear();
    announcements_.clear();
  }
  taken_.clear();
  std::lock_guard lock(releasing_);
  released_ = true;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
}

void Outbox::keep_alive(bool keep) {
  if (keep)
    napi_ref_threadsafe_function(env_, function_);
  else
    napi_unref_threadsafe_function(env_, function_);
}

bool Outbox::deliver(Event event) {
  std::visit([this](auto&& one) { push(std::move(one)); }, std::move(event));
  return false;
}

void Outbox::warn(const std::string& sentence) {
  reply([this, sentence](Napi::Env env) { hooks_.warn(env, sentence); });
}

void Outbox::reply(Reply reply) { push(std::move(reply)); }

bool Outbox::schedule() {
  due_ = true;
  return !batching_ && !std::exchange(scheduled_, true);
}

void Outbox::push(Record record) {
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    const bool due = is_due(record);
    records_.push_back(std::move(record));
    if (!due || !schedule()) return;
  }
  wake();
}

void Outbox::announce(Batch batch, bool accepted, Reply reply) {
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    announcements_.push_back({batch, accepted, std::move(reply)});
    if (!schedule()) return;
  }
  wake();
}

void Outbox::begin_batch() {
  std::lock_guard lock(mutex_);
  batching_ = true;
}

void Outbox::end_batch() {
  {
    std::lock_guard lock(mutex_);
    batching_ = false;
    if (!due_ || std::exchange(scheduled_, true)) return;
  }
  wake();
}

bool Outbox::is_due(const Record& record) {
  if (listening_ || std::holds_alternative<Reply>(record) || std::holds_alternative<FinishedEvent>(record)) return true;
  if (const auto* chunk = std::get_if<OutputChunk>(&record)) unannounced_bytes_ += chunk->cost();
  return unannounced_bytes_ > most_unannounced_bytes;
}

void Outbox::wake() {
  // Not under mutex_, which the thread that wakes up needs first.
  std::lock_guard lock(releasing_);
  if (!released_) napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void Outbox::listening(bool anybody) {
  {
    std::lock_guard lock(mutex_);
    listening_ = anybody;
    const bool pending = !records_.empty() || !taken_.empty();
    // What has happened before is not for a listener that comes late, unless it comes with the code after `await
    // execute(…)`.
    const bool late = anybody && pending && !batches_.told();
    if (!late) hooks_.listening(anybody);
    if (!anybody || detached_ || !pending) return;
    if (late) records_.push_back(Heard{});
    if (!schedule()) return;
  }
  wake();
}

void Outbox::call_js(napi_env env, napi_value, void* context, void*) {
  // No env: the environment is being torn down, and the outbox may be gone.
  if (env == nullptr) return;
  static_cast<Outbox*>(context)->drain(env);
}

bool Outbox::take() {
  std::lock_guard lock(mutex_);
  // Records may be of what is still to be announced: that goes first, in the next turn.
  if (detached_ || !announcements_.empty()) return false;
  std::move(records_.begin(), records_.end(), std::back_inserter(taken_));
  records_.clear();
  unannounced_bytes_ = 0;
  due_ = false;
  return !taken_.empty();
}

bool Outbox::hand_over_announcements(Napi::Env env) {
  std::deque<Announcement> announcements;
  {
    std::lock_guard lock(mutex_);
    announcements.swap(announcements_);
    announced_records_ = taken_.size() + records_.size();
  }
  batches_.begin_answers();
  for (const Announcement& one : announcements) {
    const Napi::HandleScope scope(env);
    batches_.answered(one.batch, one.accepted);
    one.reply(env);
  }
  if (batches_.incomplete()) announced_records_ = 0;
  return batches_.told() || batches_.incomplete();
}

void Outbox::hand_over(Napi::Env env, Record& record) {
  if (const auto* reply = std::get_if<Reply>(&record)) return (*reply)(env);
  if (std::holds_alternative<Heard>(record)) {
    bool listening = false;
    {
      std::lock_guard lock(mutex_);
      listening = listening_;
    }
    return hooks_.listening(listening);
  }
  std::visit(
      [&](auto& event) {
        using Kind = std::decay_t<decltype(event)>;
        if constexpr (!std::is_same_v<Kind, Reply> && !std::is_same_v<Kind, Heard>) hooks_(env, event);
      },
      record);
}

std::size_t Outbox::hand_over_records(Napi::Env env, std::size_t most) {
  bool replied = false;
  std::size_t count = 0;
  for (Turn turn; count < most && !turn.over(); ++count) {
    // More may have come meanwhile. Code that awaits a reply does not have to wait for it.
    if (taken_.empty() && (replied || !take())) break;
    // Out of the queue first: what runs now may detach or come here again.
    Record record = std::move(taken_.front());
    taken_.pop_front();
    const Napi::HandleScope scope(env);
    replied = replied || std::holds_alternative<Reply>(record);
    if (const auto* chunk = std::get_if<OutputChunk>(&record)) turn.handed_over(chunk->line_count);
    hand_over(env, record);
  }
  return count;
}

void Outbox::drain(Napi::Env env) {
  const std::size_t announced_before = std::exchange(announced_records_, 0);
  if (!hand_over_announcements(env)) {
    hand_over_records(env, SIZE_MAX);
    announced_records_ = 0;
  } else if (!batches_.incomplete()) {
    // Whoever submits in every turn still hears of what was announced in an earlier one.
    announced_records_ -= hand_over_records(env, announced_before);
  }
  hooks_.end_of_turn();
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    // The rest of a batch is announced by whoever answers it.
    const bool waits_for_announcement = batches_.incomplete() && announcements_.empty() && !batches_.told();
    // Once more after an announcement, if only to know that the code after it has run and does not listen.
    scheduled_ = !waits_for_announcement && (has_due() || (batches_.told() && !listening_));
    if (!scheduled_) return;
  }
  if (!hooks_.drain_later(env)) wake();
}

}  // namespace cloudops::binding
