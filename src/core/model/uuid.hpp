#pragma once

#include <boost/uuid/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// The id of an execution or a plan. Compared by its 16 bytes, so upper and lower case are one id.
using Uuid = boost::uuids::uuid;

/// Both halves multiplied and folded: boost::hash mixes byte by byte, and cleanup hashes each id three times.
struct UuidHash {
  /// For Boost's tables: every bit of the result depends on every bit of the id, as far as ids are not chosen to
  /// collide.
  using is_avalanching = void;

  std::size_t operator()(const Uuid& id) const {
    std::uint64_t halves[2];
    static_assert(sizeof halves == sizeof id.data);
    std::memcpy(halves, id.data, sizeof halves);
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{halves[0] ^ 0x9e3779b97f4a7c15ULL} * Wide{halves[1] ^ 0xe7037ed1a0b428dbULL};
    return static_cast<std::size_t>(product >> 64) ^ static_cast<std::size_t>(product);
  }
};

/// A random (version 4) id. Safe on any thread.
Uuid make_uuid();

/// Reads the canonical 8-4-4-4-12 form only; nothing else is an id.
std::optional<Uuid> parse_uuid(std::string_view text);

/// Lower case, with hyphens.
std::string to_string(const Uuid& id);

}  // namespace cloudops
