// SPDX-License-Identifier: Apache-2.0
// The sequences an operation on many is about.
#pragma once

#include <string>
#include <vector>

#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

struct SequenceId {
  std::string subscription;
  std::string sequence;
};

/// All that fit, in the order of DeadLetterStore::list: read before acting, as acting changes the list. Throws what the
/// store throws.
[[nodiscard]] std::vector<SequenceId> sequence_ids(DeadLetterStore& store, const DeadLetterFilter& filter);

}  // namespace leftfold::inline v0::detail
