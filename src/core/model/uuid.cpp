#include "core/model/uuid.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace cloudops {

Uuid make_uuid() {
  thread_local boost::uuids::random_generator generate;
  return generate();
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (shape[i] == '-' ? c != '-' : !hex) return std::nullopt;
  }
  return boost::uuids::string_generator()(text.begin(), text.end());
}

std::string to_string(const Uuid& id) { return boost::uuids::to_string(id); }

}  // namespace cloudops
