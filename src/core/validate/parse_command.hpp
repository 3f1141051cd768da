#pragma once

#include "core/model/request.hpp"
#include "core/model/value.hpp"
#include "core/validate/report.hpp"

namespace cloudops {

/// The `command` of a request; what is wrong goes to `report`. Does not look at the file system.
Command read_command(const Value& raw, const FieldPath& path, Report& report);

/// The `stdin` of a request. A data string may hold NUL bytes: it is data, not a text of the system's.
Stdin read_stdin(const Value& raw, const FieldPath& path, Report& report);

}  // namespace cloudops
