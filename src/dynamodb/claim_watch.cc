// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/claim_watch.h"

#include <chrono>

namespace leftfold::inline v0::dynamodb {
namespace {

// Claims whose sequences ended in other hands are never looked at again.
constexpr std::size_t kMany = 1000;
constexpr std::chrono::hours kForgotten{1};

}  // namespace

bool ClaimWatch::ended(std::string_view subscription, std::string_view sequence, const HeldClaim& claim) {
  const Instant now = clock_.instant();
  const std::scoped_lock lock{mutex_};
  if (seen_.size() >= kMany)
    std::erase_if(seen_, [&](const auto& each) { return now - each.second.looked_at > kForgotten; });
  const auto [at, first] = seen_.try_emplace({std::string{subscription}, std::string{sequence}});
  Seen& seen = at->second;
  if (first || seen.token != claim.token || seen.renewals != claim.renewals) {
    seen = {claim.token, claim.renewals, now, now};
    return false;
  }
  seen.looked_at = now;
  return now - seen.since >= claim.lease;
}

void ClaimWatch::forget(std::string_view subscription, std::string_view sequence) {
  const std::scoped_lock lock{mutex_};
  seen_.erase({std::string{subscription}, std::string{sequence}});
}

}  // namespace leftfold::inline v0::dynamodb
