#include "core/model/value.hpp"

namespace cloudops {

std::string type_name(const Value& value) {
  struct Namer {
    std::string operator()(Value::Undefined) const { return "undefined"; }
    std::string operator()(Value::Null) const { return "null"; }
    std::string operator()(bool) const { return "boolean"; }
    std::string operator()(double) const { return "number"; }
    std::string operator()(const std::string&) const { return "string"; }
    std::string operator()(const Value::Bytes&) const { return "bytes"; }
    std::string operator()(const Value::Array&) const { return "array"; }
    std::string operator()(const Value::Object&) const { return "object"; }
    std::string operator()(const Value::Foreign& foreign) const { return foreign.type_name; }
  };
  return std::visit(Namer{}, value.data);
}

}  // namespace cloudops
