#pragma once

#include "core/model/error.hpp"
#include "core/model/value.hpp"

#include <cstddef>
#include <string_view>

namespace cloudops {

/// Arrays and objects within each other at most. The deepest valid plan has eight.
inline constexpr std::size_t max_json_depth = 64;

/// One JSON text as an untrusted Value. The last of several members of one name wins, as in JavaScript. Fails with
/// ErrorCode::serialization and the position; the message holds nothing of the text, which may hold secrets.
Expected<Value> value_from_json(std::string_view text);

}  // namespace cloudops
