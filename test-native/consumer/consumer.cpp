// Uses the installed library as a program of somebody else's would.
#include "core/model/time.hpp"
#include "core/model/uuid.hpp"

#include <chrono>
#include <cstdio>

int main() {
  const auto id = cloudops::make_uuid();
  if (cloudops::parse_uuid(cloudops::to_string(id)) != id) return 1;
  std::puts(cloudops::to_humantime(std::chrono::milliseconds(2'500)).c_str());
}
