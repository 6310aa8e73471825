#include "dynamodb/claim_watch.h"

namespace leftfold::dynamodb {

bool ClaimWatch::ended(std::string_view subscription, std::string_view sequence, const HeldClaim& claim) {
  const Instant now = clock_.instant();
  const std::scoped_lock lock{mutex_};
  const auto [at, first] = seen_.try_emplace({std::string{subscription}, std::string{sequence}});
  Seen& seen = at->second;
  if (first || seen.token != claim.token || seen.renewals != claim.renewals) {
    seen = {claim.token, claim.renewals, now};
    return false;
  }
  return now - seen.since >= claim.lease;
}

void ClaimWatch::forget(std::string_view subscription, std::string_view sequence) {
  const std::scoped_lock lock{mutex_};
  seen_.erase({std::string{subscription}, std::string{sequence}});
}

}  // namespace leftfold::dynamodb
