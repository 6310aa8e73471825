// SPDX-License-Identifier: Apache-2.0
#include <leftfold/failure_options.h>

#include <algorithm>

#include "resilience/option_checks.h"

namespace leftfold::inline v0 {

void validate(const FailureOptions& options) {
  using detail::check_between;
  using std::chrono::milliseconds;
  constexpr double kMost = 1'000'000;
  validate(options.retry);
  validate(options.breaker);
  check_between("max_waiting", static_cast<double>(options.max_waiting), 1, kMost);
  check_between("park_timeout", options.park_timeout, milliseconds{0});
  check_between("gap_timeout", options.gap_timeout, milliseconds{0});
  check_between("handler_timeout", options.handler_timeout, milliseconds{1});
  check_between("outage_ratio", options.outage_ratio, 0, 1);
  check_between("limits.sequences", static_cast<double>(options.limits.sequences), 0, kMost);
  check_between("limits.letters", static_cast<double>(options.limits.letters), 0, kMost);
  check_between("auto_retry", options.auto_retry, milliseconds{0});
  check_between("auto_retry_max", options.auto_retry_max, std::max(options.auto_retry, milliseconds{1}));
  check_between("expire_after", options.expire_after, milliseconds{0});
}

}  // namespace leftfold::inline v0
