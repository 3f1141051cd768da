#include "core/validate/parse_close_options.hpp"

#include "core/validate/object_reader.hpp"
#include "core/validate/parse_config.hpp"

namespace cloudops {

Expected<CloseOptions> parse_close_options(const Value& raw) {
  CloseOptions options;
  if (raw.is_absent()) return options;
  Report report("The close options", ValidationKind::invalid_value);
  ObjectReader reader(raw, FieldPath(), report, "close options");
  // In the order of the enumeration.
  if (const auto mode = reader.optional_choice("mode", {"cancel", "drain"}, ValidationKind::invalid_value))
    options.mode = static_cast<CloseMode>(*mode);
  if (const auto timeout = reader.optional_integer("timeout_ms", 0, max_duration_ms))
    options.timeout = Milliseconds(*timeout);
  reader.reject_unknown_fields();
  if (report.error()) return *report.error();
  return options;
}

}  // namespace cloudops
