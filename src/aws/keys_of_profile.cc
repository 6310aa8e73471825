// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <leftfold/error.h>

#include "aws/key_document.h"
#include "aws/key_source.h"
#include "aws/process_output.h"
#include "aws/sts.h"

namespace leftfold::inline v0::aws {
namespace {

class ProfileKeys {
 public:
  explicit ProfileKeys(const KeyContext& context) : context_{context}, profiles_{context.profiles} {}

  Keys of(const std::string& profile) {
    if (!get(profile, "role_arn").empty()) return Keys::of(of_role(profile));
    if (Keys keys = static_keys(profile); keys.found) return keys;
    if (const std::string command = get(profile, "credential_process"); !command.empty()) {
      const std::string place = "credential_process of profile " + profile;
      return Keys::of(
          parse_keys(KeyDocument::process, process_output(command, context_.environment, place, context_.stop), place));
    }
    if (!get(profile, "sso_session").empty() || !get(profile, "sso_start_url").empty()) {
      fail(Errc::unsupported, profile,
           "signs in by IAM Identity Center (sso_...), which leftfold does not do; add credential_process = aws "
           "configure "
           "export-credentials --format process --profile " +
               profile + " to a profile of its own");
    }
    return Keys::none("profile " + profile + " has no keys, no role_arn and no credential_process");
  }

 private:
  [[nodiscard]] std::string get(const std::string& profile, const char* key) const {
    return profiles_.get(profile, key);
  }

  [[noreturn]] void fail(Errc code, const std::string& profile, const std::string& what) const {
    throw Error{code, "profile " + profile + " (" + profiles_.files() + "): " + what};
  }

  Keys static_keys(const std::string& profile) const {
    http::Credentials keys{get(profile, "aws_access_key_id"), get(profile, "aws_secret_access_key"),
                           get(profile, "aws_session_token"), std::nullopt};
    if (keys.access_key_id.empty() && keys.secret_access_key.empty()) return Keys::none("no keys");
    if (keys.access_key_id.empty()) fail(Errc::invalid_config, profile, "has no aws_access_key_id; add it");
    if (keys.secret_access_key.empty()) fail(Errc::invalid_config, profile, "has no aws_secret_access_key; add it");
    return Keys::of(std::move(keys));
  }

  http::Credentials of_role(const std::string& profile) {
    const Role role{.arn = get(profile, "role_arn"),
                    .session_name = get(profile, "role_session_name"),
                    .external_id = get(profile, "external_id"),
                    .duration_seconds = get(profile, "duration_seconds")};
    const std::string source = get(profile, "source_profile");
    const std::string other = get(profile, "credential_source");
    const std::string token_file = get(profile, "web_identity_token_file");
    if (!get(profile, "mfa_serial").empty()) {
      fail(Errc::unsupported, profile,
           "asks for a code of a device (mfa_serial), and nobody is here to type it; use "
           "credential_process or another profile");
    }
    if (int{!source.empty()} + int{!other.empty()} + int{!token_file.empty()} != 1) {
      fail(Errc::invalid_config, profile,
           "has role_arn with not exactly one of source_profile, credential_source and web_identity_token_file; keep "
           "one");
    }
    if (!token_file.empty()) return assume_role_with_web_identity(role, token_file, context_);
    return assume_role(role, other.empty() ? of_source(profile, source) : of_credential_source(profile, other),
                       context_);
  }

  http::Credentials of_source(const std::string& profile, const std::string& source) {
    if (!profiles_.has(source))
      fail(Errc::invalid_config, profile, "source_profile " + source + " does not exist; correct it");
    if (source == profile) {  // its own keys assume its role
      if (Keys keys = static_keys(profile); keys.found) return *std::move(keys.found);
      fail(Errc::invalid_config, profile, "is its own source_profile but has no keys; add them");
    }
    path_.push_back(profile);
    if (std::ranges::find(path_, source) != path_.end()) {
      fail(Errc::invalid_config, profile, "source_profile " + source + " leads back to itself; break the circle");
    }
    Keys keys = of(source);
    if (keys.found) return *std::move(keys.found);
    fail(Errc::invalid_config, profile, "source_profile gives nothing: " + keys.nothing + "; add keys there");
  }

  http::Credentials of_credential_source(const std::string& profile, const std::string& name) {
    Keys keys;
    if (name == "Environment") {
      keys = keys_of_environment(context_);
    } else if (name == "EcsContainer") {
      keys = keys_of_container(context_);
    } else if (name == "Ec2InstanceMetadata") {
      keys = keys_of_instance(context_);
    } else {
      fail(Errc::invalid_config, profile,
           "credential_source " + name + " is unknown; write Environment, EcsContainer or Ec2InstanceMetadata");
    }
    if (keys.found) return *std::move(keys.found);
    fail(Errc::invalid_config, profile,
         "credential_source " + name + " gives nothing: " + keys.nothing + "; correct it");
  }

  const KeyContext& context_;
  const Profiles& profiles_;
  std::vector<std::string> path_;  // of profiles, from the chosen one to this one
};

}  // namespace

Keys keys_of_profile(const KeyContext& context) {
  const Profiles& profiles = context.profiles;
  if (!profiles.has(profiles.chosen())) {
    const std::string text = "profile " + profiles.chosen() + " is not in " + profiles.files();
    if (profiles.chosen_by_name()) throw Error{Errc::invalid_config, text + "; correct AWS_PROFILE or add it"};
    return Keys::none(text);
  }
  return ProfileKeys{context}.of(profiles.chosen());
}

}  // namespace leftfold::inline v0::aws
