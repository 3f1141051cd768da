#pragma once

#include "core/model/error.hpp"

#include <optional>
#include <string>

namespace cloudops {

// What an engine answers when it cannot do what it was asked: one sentence per reason, wherever it is found.

/// The Error of a code, with the execution (or plan) it is about.
Error engine_error(ErrorCode code, std::string message, const std::optional<Uuid>& id = std::nullopt);

/// `id`: what it was asked about.
Error engine_closed(const std::optional<Uuid>& id = std::nullopt);
Error request_withdrawn();
Error unknown_execution(const Uuid& id);
Error unknown_plan(const Uuid& id);
Error already_finished(const Uuid& id);
Error not_finished(const Uuid& id);
Error has_no_log(const Uuid& id);
/// Its child has closed stdin, or has ended.
Error stdin_closed(const Uuid& id);
Error stdin_not_a_pipe(const Uuid& id);

}  // namespace cloudops
