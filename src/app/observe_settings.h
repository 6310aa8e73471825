// SPDX-License-Identifier: Apache-2.0
// Settings of metrics and health, and the server that they describe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <leftfold/health.h>
#include <leftfold/health_checks.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

inline constexpr std::size_t kMostLag = 1'000'000'000;

/// Throws Error(invalid_config) for an address that is none, Error(unsupported) for any in a build without the server.
void check_metrics_address(const Setting& setting);

/// What is said under health.*. Throws Error(invalid_config).
[[nodiscard]] HealthLimits health_limits(const Settings& settings);

/// The server that metrics_addr asks for, until the returned object ends; null when it is left out. Throws
/// Error(invalid_config) as check_metrics_address(), and for an address that cannot be listened on.
[[nodiscard]] std::shared_ptr<void> serve_metrics(const Settings& settings, const Metrics& metrics,
                                                  const Health& health, Logger& log);

/// Adds leftfold_build_info. `broker` is "kafka" or the like, or the address that the settings name.
void add_build_info(Metrics& metrics, const Settings& settings, const std::string& broker);

}  // namespace leftfold::inline v0::app
