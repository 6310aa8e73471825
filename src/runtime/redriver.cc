// SPDX-License-Identifier: Apache-2.0
#include "runtime/redriver.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/gated_projection.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::size_t kMostAtOnce = 16;  // sequences a look, so that a stop and other handlers are not kept waiting
constexpr std::chrono::seconds kLease{30};

std::optional<Timestamp> next_retry(const FailureOptions& options, int redrives, Timestamp now) {
  if (options.auto_retry <= options.auto_retry.zero()) return std::nullopt;
  const int doublings = std::clamp(redrives, 0, 30);
  const auto longest = options.auto_retry_max;
  const auto pause = options.auto_retry > longest / (std::int64_t{1} << doublings)
                         ? longest
                         : options.auto_retry * (std::int64_t{1} << doublings);
  return now + pause;
}

}  // namespace

void Redriver::handle(RegisteredHandler& handler, const RecordedEvent& event) const {
  FailureHandling& failures = *handler.failures;
  std::optional<CircuitBreaker::Permit> permit = failures.breaker().try_acquire(event.aggregate_id);
  if (!permit) throw CircuitOpen{failures.breaker().name(), std::nullopt};
  try {
    if (handler.entry.is_projector) {
      GatedProjection{handler, clock_, false}.redrive(event);
    } else if (handler.workers > 1) {
      const InsideGate inside{handler.gate};
      handler.entry.table.handle(event);
    } else {
      const HandlerPause pause{handler.gate};
      handler.entry.table.handle(event);
    }
    permit->succeeded();
  } catch (...) {
    permit->failed(failures.options().rules.classify(std::current_exception()));
    throw;
  }
}

RedriveResult Redriver::redrive(RegisteredHandler& handler, std::string_view sequence,
                                const std::stop_token& stop) const {
  FailureHandling& failures = *handler.failures;
  // What a process parked after it lost the partition, a worker of this one may have in hand. Later events of the
  // aggregate go behind the letters from here on; with this one in progress the sequence is for another time.
  failures.mark_parked(sequence);
  if (handler.session.handles_now(sequence)) return {};
  RedriveTarget target;
  target.subscription = handler.subscription;
  target.owner = failures.node();
  target.handle = [&](const RecordedEvent& event) { handle(handler, event); };
  target.rules = failures.options().rules;
  target.lease = kLease;
  target.retry_at = [&](int redrives, Timestamp now) { return next_retry(failures.options(), redrives, now); };
  RedriveResult result = leftfold::detail::redrive(*failures.dead_letters(), target, sequence, clock_, stop);
  if (result.end == RedriveResult::End::finished || result.end == RedriveResult::End::failed) {
    const bool finished = result.end == RedriveResult::End::finished;
    handler.metrics->redriven(finished);
    log_.log(finished ? LogLevel::info : LogLevel::warn, handler.subscription,
             finished ? "re-drove a parked sequence" : "a parked sequence failed again",
             {{"stream", std::string{sequence}},
              {"handled", std::to_string(result.handled)},
              {"cause", finished ? std::string{"none"} : result.error}});
  }
  return result;
}

void Redriver::look_after(RegisteredHandler& handler, const std::stop_token& stop) const {
  DeadLetterStore* store = handler.failures->dead_letters();
  if (store == nullptr) return;
  const Timestamp now = clock_.now();
  DeadLetterFilter all;
  all.subscription = handler.subscription;
  const auto report = [&] {
    const DeadLetterCounts counts = store->count(all);
    const std::chrono::duration<double> oldest = counts.oldest ? now - *counts.oldest : std::chrono::milliseconds{0};
    handler.metrics->letters(counts.letters, oldest.count());
    return counts.sequences;
  };
  if (report() == 0) return;  // one call a look, as long as all is well
  DeadLetterFilter due;
  due.subscription = handler.subscription;
  due.retry_due = now;
  for (const DeadSequence& sequence : store->list(due, 0, kMostAtOnce)) {
    const BreakerState state = handler.failures->breaker().state();
    if (stop.stop_requested() || (state != BreakerState::closed && state != BreakerState::disabled)) return;
    static_cast<void>(redrive(handler, sequence.sequence, stop));
  }
  expire(handler, now);
  static_cast<void>(report());
}

void Redriver::expire(RegisteredHandler& handler, Timestamp now) const {
  const std::chrono::milliseconds age = handler.failures->options().expire_after;
  if (age <= age.zero()) return;
  DeadLetterStore& store = *handler.failures->dead_letters();
  DeadLetterFilter old;
  old.subscription = handler.subscription;
  old.parked_before = now - age;
  for (const DeadSequence& sequence : store.list(old, 0, kMostAtOnce)) {
    const auto claim = store.claim(handler.subscription, sequence.sequence, handler.failures->node(), kLease);
    if (!claim) continue;
    const std::size_t letters = store.discard(*claim, {handler.failures->node(), "older than expire_after"}, "expire");
    log_.log(LogLevel::warn, handler.subscription, "discarded expired dead letters",
             {{"stream", sequence.sequence}, {"letters", std::to_string(letters)}});
  }
}

}  // namespace leftfold::inline v0::detail
