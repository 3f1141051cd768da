#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/uuid/uuid.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// The id of an execution or a plan. Compared by its 16 bytes, so upper and lower case are one id.
using Uuid = boost::uuids::uuid;
using UuidHash = boost::hash<Uuid>;

/// A random (version 4) id. Safe on any thread.
Uuid make_uuid();

/// Reads the canonical 8-4-4-4-12 form only; nothing else is an id.
std::optional<Uuid> parse_uuid(std::string_view text);

/// Lower case, with hyphens.
std::string to_string(const Uuid& id);

}  // namespace cloudops
