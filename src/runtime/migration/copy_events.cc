// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/copy_events.h"

#include <utility>

#include "runtime/migration/commit_gatherer.h"

namespace leftfold::inline v0::runtime {

bool copy_events(StoreWalk& source, CommitImporter& target, const std::function<void()>& each) {
  CommitGatherer gatherer;
  const bool complete = source.events([&](const RecordedEvent& event) {
    if (auto commit = gatherer.add(event)) target.add(std::move(*commit));
    if (each) each();
  });
  target.finish();
  if (complete) gatherer.expect_whole();
  return complete;
}

}  // namespace leftfold::inline v0::runtime
