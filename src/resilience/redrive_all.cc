// SPDX-License-Identifier: Apache-2.0
#include "resilience/redrive_all.h"

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "resilience/sequence_ids.h"

namespace leftfold::inline v0::detail {
namespace {

using End = RedriveAllResult::End;

/// Whether the others would meet the same.
bool concerns_all(const RedriveResult& result) {
  return result.failure == FailureClass::unavailable || result.failure == FailureClass::fatal;
}

void count(RedriveAllResult& all, const RedriveResult& one) {
  all.handled += one.handled;
  switch (one.end) {
    case RedriveResult::End::finished: ++all.finished; break;
    case RedriveResult::End::failed: ++all.failed; break;
    case RedriveResult::End::not_claimed:
    case RedriveResult::End::refused: ++all.claimed; break;
    case RedriveResult::End::stopped: ++all.untouched; break;
  }
}

}  // namespace

RedriveAllResult redrive_all(DeadLetterStore& store, const RedriveTarget& target, DeadLetterFilter filter,
                             const RedriveAllOptions& options, Clock& clock, const std::stop_token& stop) {
  filter.subscription = target.subscription;
  const std::vector<SequenceId> ids = sequence_ids(store, filter);
  std::mutex mutex;
  std::condition_variable_any never;
  RedriveAllResult all;
  bool proven = !options.canary;
  Instant begin = clock.instant();
  const auto give_up = [&](End end, const RedriveResult& result, std::size_t tried) {
    all.end = end;
    all.error = result.error;
    all.untouched += ids.size() - tried;
    return std::move(all);
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0 && options.apart.count() > 0) {
      std::unique_lock lock{mutex};
      clock.wait_until(lock, never, stop, begin + options.apart, [] { return false; });
      begin = clock.instant();
    }
    if (stop.stop_requested()) return give_up(End::stopped, {}, i);
    const RedriveResult result = redrive(store, target, ids[i].sequence, clock, stop);
    count(all, result);
    if (options.done) options.done(ids[i].sequence, result);
    if (result.end == RedriveResult::End::stopped) return give_up(End::stopped, result, i + 1);
    if (result.end == RedriveResult::End::failed) {
      if (!proven) return give_up(End::canary_failed, result, i + 1);
      if (concerns_all(result)) return give_up(End::gave_up, result, i + 1);
    }
    proven = proven || result.end == RedriveResult::End::finished;
  }
  return all;
}

}  // namespace leftfold::inline v0::detail
