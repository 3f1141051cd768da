#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace cloudops::binding {

/// Which submissions are answered, and whether events have to wait for it. Pure data, of the JavaScript thread.
///
/// What one turn of JavaScript submits is a batch. Its events wait until all of it is answered: the code after `await
/// Promise.all([execute(…), …])` is to run before any of them, and it does not run before the last answer. While no id
/// of a batch is known there is nothing to wait for, because nobody can ask for its events.
class SubmissionBatches {
 public:
  using Batch = std::uint64_t;

  /// One more submission of the present batch, to be answered by answered().
  Batch expect() {
    ++unanswered_[current_];
    return current_;
  }

  /// A turn of answers: what is submitted from now on is another batch, and told() is of this turn.
  void begin_answers() {
    ++current_;
    told_ = false;
  }

  /// `accepted`: by an id.
  void answered(Batch batch, bool accepted) {
    if (accepted) begun_.insert(batch);
    // A refusal, too: the code after `await Promise.allSettled([…])` may wait for it.
    told_ = told_ || begun_.contains(batch);
    const auto left = unanswered_.find(batch);
    if (--left->second > 0) return;
    unanswered_.erase(left);
    begun_.erase(batch);
  }

  /// In this turn somebody who knows an id was answered: the code after `await` may be about to run, or to listen.
  bool told() const { return told_; }
  /// Somebody knows an id, and waits for other answers of its batch.
  bool incomplete() const { return !begun_.empty(); }

 private:
  Batch current_ = 0;
  /// How many of a batch are not answered yet.
  std::unordered_map<Batch, std::size_t> unanswered_;
  /// Batches of which an id was told, and that are not answered whole.
  std::unordered_set<Batch> begun_;
  bool told_ = false;
};

}  // namespace cloudops::binding
