// SPDX-License-Identifier: Apache-2.0
#include "cli/outwait.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/sleep.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kLongestLease{32};  // of a re-drive or a change by hand 30, and to notice its end

}  // namespace

bool outwait_claim(const Context& context, const Opened& opened, std::string_view subscription,
                   std::string_view sequence, const std::function<bool()>& take) {
  if (take()) return true;
  if (!opened.own.claims_are_watched) return false;
  DeadLetterFilter filter;
  filter.subscription = subscription;
  filter.sequence = sequence;
  const auto claimed = [&] { return opened.dead_letters->list(filter, 0, 1); };
  std::vector<DeadSequence> now = claimed();
  if (now.empty()) return false;
  hint(context, "\"" + std::string{sequence} + "\" is in the hands of " + now.front().claimed_by.value_or("somebody") +
                    "; waiting for up to half a minute, in case it is dead");
  const std::stop_token stop = context.signals.token();
  const Instant deadline = system_clock().instant() + kLongestLease;
  while (!now.empty() && system_clock().instant() < deadline &&
         base::pause_until(system_clock(), system_clock().instant() + kBetweenLooks, stop)) {
    if (take()) return true;
    now = claimed();
  }
  return false;
}

}  // namespace leftfold::inline v0::cli
