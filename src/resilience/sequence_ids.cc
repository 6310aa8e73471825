// SPDX-License-Identifier: Apache-2.0
#include "resilience/sequence_ids.h"

#include <utility>

namespace leftfold::inline v0::detail {

std::vector<SequenceId> sequence_ids(DeadLetterStore& store, const DeadLetterFilter& filter) {
  constexpr std::size_t kPage = 500;
  std::vector<SequenceId> ids;
  for (;;) {
    std::vector<DeadSequence> page = store.list(filter, ids.size(), kPage);
    for (DeadSequence& sequence : page) ids.push_back({std::move(sequence.subscription), std::move(sequence.sequence)});
    if (page.size() < kPage) return ids;
  }
}

}  // namespace leftfold::inline v0::detail
