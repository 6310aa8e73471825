// SPDX-License-Identifier: Apache-2.0
#include "app/observe_settings.h"

#include <string>

#include <leftfold/error.h>
#include <leftfold/version.h>

#ifdef LEFTFOLD_WITH_HTTP_SERVER
#include <leftfold/metrics_server.h>

#include "observe/listen_address.h"
#endif

#include "app/address.h"

namespace leftfold::inline v0::app {
namespace {

/// "dynamodb" of "dynamodb:" and "sqlite" of "sqlite:FILE".
std::string kind_of(const std::string& address) { return address.substr(0, address.find(':')); }

}  // namespace

void check_metrics_address(const Setting& setting) {
  if (is_left_out(setting)) return;
#ifdef LEFTFOLD_WITH_HTTP_SERVER
  if (!observe::listen_address(setting.value)) refuse(setting);
#else
  throw Error{Errc::unsupported, std::string{setting.name} + " is \"" + setting.value + "\" (" + setting.origin +
                                     "): this build has no HTTP server; build leftfold with "
                                     "-DLEFTFOLD_WITH_HTTP_SERVER=ON, or leave it out"};
#endif
}

HealthLimits health_limits(const Settings& settings) {
  HealthLimits limits;
  limits.max_lag = static_cast<std::int64_t>(count_value(settings.get("health.max_lag"), 0, kMostLag));
  limits.max_stall = settings.duration("health.max_stall");
  return limits;
}

std::shared_ptr<void> serve_metrics(const Settings& settings, const Metrics& metrics, const Health& health,
                                    Logger& log) {
  const Setting& address = settings.get("metrics_addr");
  check_metrics_address(address);
  if (is_left_out(address)) return nullptr;
#ifdef LEFTFOLD_WITH_HTTP_SERVER
  MetricsServerOptions options;
  options.address = address.value;
  options.metrics = &metrics;
  options.health = &health;
  options.log = &log;
  try {
    return std::make_shared<MetricsServer>(std::move(options));
  } catch (const Error& error) {
    throw Error{Errc::invalid_config, std::string{address.name} + " (" + address.origin + "): " + error.what()};
  }
#else
  static_cast<void>(metrics);
  static_cast<void>(health);
  static_cast<void>(log);
  return nullptr;
#endif
}

void add_build_info(Metrics& metrics, const Settings& settings, const std::string& broker) {
  metrics
      .gauge("leftfold_build_info", "Always 1; the labels say which leftfold, store and broker this is.",
             {{"version", kVersion}, {"store", kind_of(settings.get("store").value)}, {"broker", kind_of(broker)}})
      .set(1);
}

}  // namespace leftfold::inline v0::app
