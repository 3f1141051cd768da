#include "core/validate/environment_builder.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>

namespace cloudops {
namespace {

/// What is set on top of the host's environment, each name once.
class Overrides {
 public:
  void set(std::string_view name, std::string_view value) {
    const auto [known, added] = places_.try_emplace(name, entries_.size());
    if (added) entries_.emplace_back();
    auto& entry = entries_[known->second];
    entry.assign(name).append("=").append(value);
  }
  bool has(std::string_view name) const { return places_.contains(name); }
  /// Of a name that it has.
  std::string value_of(std::string_view name) const { return entries_[places_.at(name)].substr(name.size() + 1); }
  /// The places of entries whose names are set here.
  std::vector<std::size_t> replaced_in(const std::vector<std::string>& entries) const {
    std::vector<std::size_t> replaced;
    if (places_.empty()) return replaced;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string_view entry = entries[i];
      if (has(entry.substr(0, entry.find('=')))) replaced.push_back(i);
    }
    return replaced;
  }
  /// The last call.
  std::vector<std::string> take_entries() { return std::move(entries_); }

 private:
  /// By name; the names belong to the request.
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<std::string> entries_;
};

void set_for_aws(Overrides& overrides, const AwsCliCommand& aws) {
  if (aws.profile) overrides.set("AWS_PROFILE", *aws.profile);
  if (aws.region) overrides.set("AWS_REGION", *aws.region);
  overrides.set("AWS_OUTPUT", "json");
  // Version 2 opens a pager and waits for a key.
  overrides.set("AWS_PAGER", "");
}

/// The CLI takes its output format from AWS_DEFAULT_OUTPUT, its version 1 the region from AWS_DEFAULT_REGION, and a
/// host's AWS_DEFAULT_PROFILE would win over AWS_PROFILE: those say the same, unless the request sets them itself.
void say_it_to_every_aws_version(Overrides& overrides) {
  constexpr std::pair<std::string_view, std::string_view> spellings[] = {{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"},
                                                                         {"AWS_REGION", "AWS_DEFAULT_REGION"},
                                                                         {"AWS_OUTPUT", "AWS_DEFAULT_OUTPUT"}};
  for (const auto& [name, older] : spellings)
    if (overrides.has(name) && !overrides.has(older)) overrides.set(older, overrides.value_of(name));
}

}  // namespace

ChildEnvironment build_environment(const ExecutionRequest& request, const Environment& host) {
  Overrides overrides;
  const auto* aws = std::get_if<AwsCliCommand>(&request.command);
  if (aws) set_for_aws(overrides, *aws);
  for (const auto& [name, value] : request.env) overrides.set(name, value);
  if (aws) say_it_to_every_aws_version(overrides);

  ChildEnvironment environment;
  if (request.inherit_env) {
    environment.inherited = host;
    environment.replaced = overrides.replaced_in(host.entries());
  }
  environment.own = overrides.take_entries();
  return environment;
}

}  // namespace cloudops
