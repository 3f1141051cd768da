#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

namespace cloudops {

/// The stack of a child that borrows our memory until exec. On the heap: as a thread-local array it asks more of the
/// loader than glibc keeps for libraries loaded later, and in the parent's frame it would leave a sanitizer's marks of
/// the child's calls behind. One is kept for the next child: memory that is given back is asked for page by page again.
///
/// False when there is no memory for one. Any thread.
class ChildStack {
 public:
  ChildStack() : memory_(spare_.memory.exchange(nullptr)) {
    if (!memory_) memory_.reset(new (std::nothrow) std::byte[size]);
  }
  ~ChildStack() { memory_.reset(spare_.memory.exchange(memory_.release())); }
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  explicit operator bool() const { return memory_ != nullptr; }
  /// Where clone() wants the stack to begin: it grows down. Aligned to 16 bytes by operator new.
  std::byte* end() const { return memory_.get() + size; }

 private:
  static constexpr std::size_t size = 32 * 1024;
  /// Freed at the end: an addon that only a worker has loaded is unloaded with it.
  struct Spare {
    ~Spare() { delete[] memory.exchange(nullptr); }
    std::atomic<std::byte*> memory;
  };

  static inline Spare spare_;
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace cloudops
