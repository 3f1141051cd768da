#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace cloudops {

/// The known name that was probably meant by `key`: the same but for case, '_' and '-' ("timeoutMs" is timeout_ms),
/// or one or two typing slips away ("progam" is program). Absent when nothing is near.
std::optional<std::string_view> nearest_name(std::string_view key, std::span<const std::string_view> known);

}  // namespace cloudops
