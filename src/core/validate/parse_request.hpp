#pragma once

#include "core/model/config.hpp"
#include "core/model/request.hpp"
#include "core/model/value.hpp"
#include "core/validate/report.hpp"

#include <string>

namespace cloudops {

class ObjectReader;

/// A request as a caller handed it over, as a canonical request. Pure: the file system is resolve_launch's part, and
/// whether an id is known is the engine's. On failure an Error with ErrorCode::validation: wrong types and unknown
/// fields win over missing fields, those over wrong values. `path_prefix` ("commands[2]") is put before every field.
Expected<ExecutionRequest> parse_request(const Value& raw, const Config& config, const std::string& path_prefix = "");

/// The same as a part of something larger; what is wrong goes to `report`.
ExecutionRequest read_request(const Value& raw, const FieldPath& path, const Config& config, Report& report);

/// The fields `id` and `metadata`, which a request and a plan share.
std::optional<Uuid> read_id(ObjectReader& reader);
std::optional<ExecutionMetadata> read_metadata(ObjectReader& reader);

}  // namespace cloudops
