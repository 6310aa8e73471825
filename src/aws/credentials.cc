// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "aws/key_source.h"
#include "aws/region.h"
#include "aws/renewed_credentials.h"
#include "base/joined.h"

namespace leftfold::inline v0::aws {
namespace {

struct Source {
  std::string_view name;
  Keys (*keys)(const KeyContext&);
};

constexpr std::array<Source, 5> kChain{{{"environment", &keys_of_environment},
                                        {"web identity", &keys_of_web_identity},
                                        {"shared files", &keys_of_profile},
                                        {"container", &keys_of_container},
                                        {"instance", &keys_of_instance}}};

// Files are read and services asked anew each time: that is what renewing is.
http::Credentials fetch(const CredentialsOptions& options, Clock& clock, Logger& log, const std::stop_token& stop) {
  const Profiles profiles{options.environment, options.profile};
  const KeyContext context{
      .environment = options.environment,
      .profiles = profiles,
      .sts_region = configured_region(options.region, options.environment, profiles).value_or("us-east-1"),
      .http = options.http,
      .container_host = options.container_host,
      .clock = clock,
      .stop = stop};
  std::vector<std::string> tried;
  for (const Source& source : kChain) {
    // A profile that the program names is meant, whatever the environment holds.
    if (source.name == "environment" && !options.profile.empty()) continue;
    const std::string name{source.name};
    try {
      Keys keys = source.keys(context);
      if (keys.found) {
        log.log(LogLevel::debug, "aws", "credentials found", {{"source", name}, {"id", keys.found->access_key_id}});
        return *std::move(keys.found);
      }
      tried.push_back(name + ": " + keys.nothing);
    } catch (const Error& error) {
      const std::string before = tried.empty() ? "" : " (before it: " + base::joined(tried) + ")";
      throw Error{error.code(), "AWS credentials: " + name + ": " + error.what() + before};
    }
  }
  throw Error{Errc::invalid_config,
              "AWS credentials: no source has any: " + base::joined(tried) +
                  "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or attach a "
                  "role to the machine"};
}

}  // namespace

std::shared_ptr<CredentialsSource> default_credentials(CredentialsOptions options) {
  if (options.fixed && (options.fixed->access_key_id.empty() || options.fixed->secret_access_key.empty())) {
    throw Error{Errc::invalid_argument, "AWS credentials: the explicit ones lack the key id or the secret; give both"};
  }
  Clock& clock = options.clock != nullptr ? *options.clock : system_clock();
  Logger& log = options.log != nullptr ? *options.log : no_log();
  return std::make_shared<RenewedCredentials>(
      [options = std::move(options), &clock, &log](const std::stop_token& stop) {
        return options.fixed ? *options.fixed : fetch(options, clock, log, stop);
      },
      clock, log);
}

}  // namespace leftfold::inline v0::aws
