#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace cloudops {

/// Bytes that grow at their end. Where std::string copies what it holds to a larger place, this asks realloc(), which
/// moves the pages of a large block instead: growing to megabytes touches each page once. Of room that is given back
/// nothing is copied either.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(std::string_view bytes) { append(bytes); }
  ByteBuffer(const ByteBuffer& other) : ByteBuffer(other.view()) {}
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer other) noexcept {
    swap(other);
    return *this;
  }

  std::string_view view() const { return {bytes_.get(), size_}; }
  operator std::string_view() const { return view(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  /// Makes room for exactly so many bytes in all, if there is less. false: there is no memory, and nothing has changed.
  bool try_reserve(std::size_t capacity) noexcept { return capacity <= capacity_ || resize_block(capacity); }
  /// The same. Throws std::bad_alloc.
  void reserve(std::size_t capacity) {
    if (!try_reserve(capacity)) throw std::bad_alloc();
  }
  /// `bytes` must not be part of this buffer. Room that is missing is made exactly; who appends often reserves.
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    reserve(size_ + bytes.size());
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  /// Drops what is behind the first `size` bytes.
  void truncate(std::size_t size) {
    if (size < size_) size_ = size;
  }
  /// Gives back the room that nothing is in, if the allocator takes it.
  void shrink_to_fit() noexcept {
    if (size_ == 0)
      *this = ByteBuffer();
    else if (size_ < capacity_)
      static_cast<void>(resize_block(size_));
  }

 private:
  struct Free {
    void operator()(char* block) const { std::free(block); }
  };

  /// false: there is no memory, and nothing has changed.
  bool resize_block(std::size_t capacity) noexcept {
    char* const block = static_cast<char*>(std::realloc(bytes_.get(), capacity));
    if (block == nullptr) return false;
    static_cast<void>(bytes_.release());
    bytes_.reset(block);
    capacity_ = capacity;
    return true;
  }
  void swap(ByteBuffer& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

inline bool operator==(const ByteBuffer& left, std::string_view right) { return left.view() == right; }

}  // namespace cloudops
