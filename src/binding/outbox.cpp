#include "binding/outbox.hpp"

#include "core/stream/delivery_credit.hpp"

#include <algorithm>
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
    if (const auto* end = std::get_if<FinishedEvent>(&record)) ends_[end->result->id] = pushed_;
    ++pushed_;
    records_.push_back(std::move(record));
    if (!due || !schedule()) return;
  }
  wake();
}

void Outbox::announce(Batch batch, const Uuid* id, Reply reply) {
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    announcements_.push_back({batch, id != nullptr, std::move(reply)});
    const auto end = id == nullptr ? ends_.end() : ends_.find(*id);
    if (end != ends_.end()) first_records_ = std::max(first_records_, end->second + 1);
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
    if (late) {
      records_.push_back(Heard{});
      ++pushed_;
    }
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
  const bool announcements_first = !announcements_.empty() && handed_over_ + taken_.size() >= first_records_;
  if (detached_ || announcements_first) return false;
  std::move(records_.begin(), records_.end(), std::back_inserter(taken_));
  records_.clear();
  unannounced_bytes_ = 0;
  due_ = false;
  return !taken_.empty();
}

std::optional<Outbox::Announcements> Outbox::take_announcements(Napi::Env env) {
  for (;;) {
    std::uint64_t ahead = 0;
    {
      std::lock_guard lock(mutex_);
      ahead = std::max(first_records_, handed_over_) - handed_over_;
      if (ahead == 0) return Announcements{std::exchange(announcements_, {}), taken_.size() + records_.size()};
    }
    if (hand_over_records(env, ahead) < ahead) return std::nullopt;
  }
}

bool Outbox::hand_over_announcements(Napi::Env env, const Announcements& announcements) {
  batches_.begin_answers();
  for (const Announcement& one : announcements.list) {
    const Napi::HandleScope scope(env);
    batches_.answered(one.batch, one.accepted);
    one.reply(env);
  }
  announced_records_ = batches_.incomplete() ? 0 : announcements.records_before;
  return batches_.told() || batches_.incomplete();
}

void Outbox::hand_over(Napi::Env env, Record& record) {
  const std::uint64_t place = handed_over_++;
  if (const auto* end = std::get_if<FinishedEvent>(&record)) {
    std::lock_guard lock(mutex_);
    const auto known = ends_.find(end->result->id);
    if (known != ends_.end() && known->second == place) ends_.erase(known);
  }
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
  announced_records_ -= std::min(announced_records_, count);
  return count;
}

void Outbox::hand_over_turn(Napi::Env env) {
  const auto announcements = take_announcements(env);
  if (!announcements) return;
  const std::size_t announced_before = announced_records_;
  if (!hand_over_announcements(env, *announcements)) {
    hand_over_records(env, SIZE_MAX);
    announced_records_ = 0;
  } else if (!batches_.incomplete()) {
    // Whoever submits in every turn still hears of what was announced in an earlier one.
    hand_over_records(env, announced_before);
  }
}

void Outbox::drain(Napi::Env env) {
  hand_over_turn(env);
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
