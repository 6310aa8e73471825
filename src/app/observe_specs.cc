// SPDX-License-Identifier: Apache-2.0
// Settings of metrics and health.
#include <vector>

#include "app/address.h"
#include "app/observe_settings.h"
#include "app/setting_spec.h"

namespace leftfold::inline v0::app {

std::vector<SettingSpec> observe_specs() {
  return {
      {"metrics_addr", "LEFTFOLD_METRICS_ADDR",
       "where run and publisher run answer /metrics, /livez, /readyz, /healthz",
       "HOST:PORT such as 127.0.0.1:9464, port 0 for one that is free, or leave it out for none", "", ValueKind::text,
       [](const Setting& s) { check_metrics_address(s); }},
      {"health.max_lag", "LEFTFOLD_HEALTH_MAX_LAG",
       "a handler that is behind by more events, and stands still, is failed", "a number from 0 to 1000000000", "100",
       ValueKind::integer, [](const Setting& s) { (void)count_value(s, 0, kMostLag); }},
      {"health.max_stall", "LEFTFOLD_HEALTH_MAX_STALL", "how long a handler that is behind may finish nothing",
       "a duration such as 500ms, 10s or 5m, at most 24h", "1m", ValueKind::text,
       [](const Setting& s) { (void)duration_value(s); }},
  };
}

}  // namespace leftfold::inline v0::app
