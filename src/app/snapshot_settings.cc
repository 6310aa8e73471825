// SPDX-License-Identifier: Apache-2.0
#include "app/snapshot_settings.h"

#include "app/address.h"

namespace leftfold::inline v0::app {

std::optional<SnapshotPolicy> snapshot_policy(const Settings& settings) {
  SnapshotPolicy policy;
  policy.every = count_value(settings.get("snapshot.every"), 0);
  policy.older_than = settings.duration("snapshot.older_than");
  policy.slower_than = settings.duration("snapshot.slower_than");
  policy.at_most_every = settings.duration("snapshot.at_most_every");
  const bool any = policy.every > 0 || policy.older_than.count() > 0 || policy.slower_than.count() > 0;
  return any ? std::optional{policy} : std::nullopt;
}

}  // namespace leftfold::inline v0::app
