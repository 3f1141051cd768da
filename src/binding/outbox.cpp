#include "binding/outbox.hpp"

#include "core/stream/delivery_credit.hpp"

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
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, call_js, &function_);
  keep_alive(false);
}

Outbox::~Outbox() { detach(); }

void Outbox::detach() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(detached_, true)) return;
    records_.clear();
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
  reply({[this, sentence](Napi::Env env) { hooks_.warn(env, sentence); }});
}

void Outbox::reply(Reply reply) { push(std::move(reply)); }

void Outbox::push(Record record) {
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    const bool due = is_due(record);
    records_.push_back(std::move(record));
    if (!due) return;
    due_ = true;
    if (batching_ || std::exchange(scheduled_, true)) return;
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
  hooks_.listening(anybody);
  {
    std::lock_guard lock(mutex_);
    listening_ = anybody;
    if (!anybody || detached_ || records_.empty()) return;
    due_ = true;
    if (std::exchange(scheduled_, true)) return;
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
  if (detached_) return false;
  std::move(records_.begin(), records_.end(), std::back_inserter(taken_));
  records_.clear();
  unannounced_bytes_ = 0;
  due_ = false;
  return !taken_.empty();
}

void Outbox::drain(Napi::Env env) {
  bool announced = false;
  bool replied = false;
  for (Turn turn; !turn.over();) {
    // More may have come meanwhile. Code that awaits a reply does not have to wait for it.
    if (taken_.empty() && (replied || !take())) break;
    const bool is_reply = std::holds_alternative<Reply>(taken_.front());
    if (announced && !is_reply) break;
    replied = replied || is_reply;
    // Out of the queue first: what runs now may detach or come here again.
    Record record = std::move(taken_.front());
    taken_.pop_front();
    Napi::HandleScope scope(env);
    if (const auto* chunk = std::get_if<OutputChunk>(&record)) turn.handed_over(chunk->line_count);
    if (auto* reply = std::get_if<Reply>(&record)) {
      announced = announced || reply->announces_execution;
      reply->settle(env);
    } else {
      std::visit(
          [&](auto& event) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(event)>, Reply>) hooks_(env, event);
          },
          record);
    }
  }
  hooks_.end_of_turn();
  {
    std::lock_guard lock(mutex_);
    if (detached_) return;
    scheduled_ = has_due();
    if (!scheduled_) return;
  }
  if (!hooks_.drain_later(env)) wake();
}

}  // namespace cloudops::binding
