// SPDX-License-Identifier: Apache-2.0
// Re-drives many sequences: one first, to see whether it works, then the others, not too fast.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/dead_letter_store.h>

#include "resilience/redrive.h"

namespace leftfold::inline v0::detail {

struct RedriveAllOptions {
  bool canary = true;                  ///< goes on after the first sequence only when it finished
  std::chrono::milliseconds apart{0};  ///< least time between the beginnings of two sequences
  /// Told of each sequence after its re-drive; may be empty.
  std::function<void(const std::string& sequence, const RedriveResult& result)> done;
};

/// How it went.
struct RedriveAllResult {
  enum class End {
    all,            ///< every sequence was tried
    canary_failed,  ///< the first one did not finish; the others were not touched
    gave_up,        ///< one met FailureClass::unavailable or fatal: the others would too, and were not touched
    stopped,        ///< `stop` was requested
  };
  End end = End::all;
  std::size_t finished = 0;   ///< sequences that are gone
  std::size_t failed = 0;     ///< sequences that failed again
  std::size_t claimed = 0;    ///< sequences that something else has, or that were gone
  std::size_t untouched = 0;  ///< sequences not tried
  std::size_t handled = 0;    ///< letters
  std::string error;          ///< of the sequence that ended it
};

/// Re-drives the sequences of `target.subscription` that fit, the longest parked first. A sequence that is claimed is
/// no canary: the next one is. Throws what the store throws; sequences re-driven so far are gone. One thread a call.
[[nodiscard]] RedriveAllResult redrive_all(DeadLetterStore& store, const RedriveTarget& target, DeadLetterFilter filter,
                                           const RedriveAllOptions& options, Clock& clock, const std::stop_token& stop);

}  // namespace leftfold::inline v0::detail
