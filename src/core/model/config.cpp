#include "core/model/config.hpp"

#include <filesystem>

namespace cloudops {

std::string system_temp_dir() {
  std::error_code failed;
  const auto temp = std::filesystem::temp_directory_path(failed);
  if (failed) return "/tmp";
  const auto absolute = std::filesystem::absolute(temp, failed);
  return failed ? "/tmp" : absolute.string();
}

std::string default_log_dir(const std::string& temp_dir) {
  return (std::filesystem::path(temp_dir) / "cloudops-executions").lexically_normal().string();
}

}  // namespace cloudops
