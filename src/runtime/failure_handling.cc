// SPDX-License-Identifier: Apache-2.0
#include "runtime/failure_handling.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/thrown.h"
#include "runtime/handler_failed.h"

namespace leftfold::inline v0::detail {
namespace {

// When an event that was parked before its retries were used up is tried once more: after the pause that its next one
// would have had, about.
constexpr std::chrono::seconds kSecondChance{1};

// Letters of a sequence to look through for one that its process did not live to ask for. It is among the first: before
// it are only those of events that came again with it.
constexpr std::size_t kInherited = 16;

// Bytes that do not decode and events of a newer program: nothing a handler said.
bool is_undecodable(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.code() == Errc::invalid_data || error.code() == Errc::unsupported;
  } catch (...) {
    return false;
  }
}

// At most kMaxErrorBytes, and no half of a UTF-8 character at the end.
std::string cut(std::string text) {
  if (text.size() <= kMaxErrorBytes) return text;
  std::size_t end = kMaxErrorBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

std::uint64_t seed_of(std::string_view subscription, std::string_view node) {
  return std::hash<std::string_view>{}(subscription) * 31 + std::hash<std::string_view>{}(node);
}

}  // namespace

FailureHandling::FailureHandling(std::string subscription, const FailureOptions& options, Surroundings surroundings)
    : subscription_{std::move(subscription)},
      options_{options},
      around_{std::move(surroundings)},
      breaker_{subscription_, options_.breaker, *around_.clock},
      planner_{options_.retry, seed_of(subscription_, around_.node)},
      outage_{options_.outage_ratio, options_.breaker.min_distinct},
      log_{subscription_, *around_.clock, *around_.log} {
  breaker_.on_change([this](BreakerState from, BreakerState to) {
    ++breaker_changes_;
    around_.metrics->breaker(to_string(to));
    around_.log->log(to == BreakerState::closed ? LogLevel::info : LogLevel::warn, subscription_,
                     "the circuit breaker changed",
                     {{"from", std::string{to_string(from)}}, {"to", std::string{to_string(to)}}});
  });
}

bool FailureHandling::parks() const noexcept {
  return around_.dead_letters != nullptr && options_.when_exhausted == WhenExhausted::park;
}

Decision FailureHandling::failed(const RecordedEvent& event, Trouble& trouble, const std::exception_ptr& thrown) {
  const Instant now = around_.clock->instant();
  const bool first = trouble.attempts.made == 0 && trouble.attempts.held == 0;
  if (first) trouble.first_failed_at = around_.clock->now();
  ++trouble.calls;
  trouble.failure = options_.rules.classify(thrown);
  trouble.error_type = facts_of(thrown).type;
  trouble.error_message = cut(describe(thrown));
  Decision decision = planner_.failed(trouble.failure, trouble.attempts, now);
  around_.metrics->failed(trouble.failure);
  if (decision.step == NextStep::stop) return stop(event, trouble, trouble.error_message);
  if (decision.step == NextStep::park) {
    const bool undecodable = trouble.failure == FailureClass::permanent && is_undecodable(thrown);
    trouble.to_park = undecodable ? ParkReason::undecodable : ParkReason::failed;
    return exhausted(event, trouble);
  }
  if (decision.step == NextStep::done) {
    log_.note(LogLevel::debug, "the event's effect is there already", event, trouble.failure, trouble.error_message,
              trouble.calls);
    return decision;
  }
  around_.metrics->handled(event.type, HandlerMetrics::Result::retried);
  log_.note(first ? LogLevel::warn : LogLevel::debug,
            decision.step == NextStep::hold ? "the handler's dependency is unavailable; the event is held"
                                            : "the handler failed; the event will be tried again",
            event, trouble.failure, trouble.error_message, trouble.calls);
  return decision;
}

// An event whose retries are used up, or that will never work.
Decision FailureHandling::exhausted(const RecordedEvent& event, Trouble& trouble) {
  if (trouble.failure != FailureClass::permanent) {
    const Instant now = around_.clock->instant();
    const BreakerState state = breaker_.state();
    bool outage = state != BreakerState::closed && state != BreakerState::disabled;
    if (!outage && !trouble.spared && outage_.is_outage(event.aggregate_id, now)) {
      outage = true;
      breaker_.trip();
      log_.note(LogLevel::warn, "so many aggregates fail that it is an outage; nothing is parked", event,
                trouble.failure, trouble.error_message, trouble.calls);
    }
    if (outage) {
      trouble.spared = true;
      trouble.to_park.reset();
      return {NextStep::hold, now + planner_.pause(options_.retry.max_attempts)};
    }
  }
  if (!parks()) return stop(event, trouble, trouble.error_message);
  return {NextStep::park, {}};
}

Decision FailureHandling::early(const RecordedEvent& event, Trouble& trouble, Version reached) {
  const Instant now = around_.clock->instant();
  std::string missing = "version " + std::to_string(reached.next().value()) + " did not come yet";
  if (!trouble.missing_since) {
    trouble.missing_since = now;
    trouble.first_failed_at = around_.clock->now();
    log_.note(LogLevel::warn, "the event waits for one before it", event, FailureClass::transient, missing, 0);
  }
  const Instant until = *trouble.missing_since + options_.gap_timeout;
  if (now < until) return {NextStep::wait, until};
  return give_up(event, trouble,
                 missing + ", " + std::to_string(options_.gap_timeout.count()) +
                     " ms after this one: publish it again, then re-drive; or skip this letter to go on without both");
}

Decision FailureHandling::late(const RecordedEvent& event, Trouble& trouble) {
  trouble.first_failed_at = around_.clock->now();
  return give_up(event, trouble,
                 "it came after later ones of its aggregate were given up because of it, and handled or discarded "
                 "since: re-drive it to handle it out of order, or discard it");
}

Decision FailureHandling::give_up(const RecordedEvent& event, Trouble& trouble, std::string why) {
  trouble.failure = FailureClass::permanent;
  trouble.error_type = "leftfold::Error";
  trouble.error_message = std::move(why);
  around_.metrics->failed(trouble.failure);
  if (!parks()) return stop(event, trouble, trouble.error_message);
  trouble.to_park = ParkReason::failed;
  return {NextStep::park, {}};
}

Decision FailureHandling::stop(const RecordedEvent& event, Trouble& trouble, const std::string& cause) {
  around_.metrics->handled(event.type, HandlerMetrics::Result::failed);
  trouble.fatal = handler_failed(subscription_, event, std::make_exception_ptr(std::runtime_error{cause}));
  return {NextStep::stop, {}};
}

void FailureHandling::succeeded(const RecordedEvent& event) {
  planner_.succeeded();
  if (outage_.wants_success()) outage_.succeeded(event.aggregate_id, around_.clock->instant());
}

void FailureHandling::blocked(Trouble& trouble) const {
  if (!trouble.blocked_since) trouble.blocked_since = around_.clock->instant();
}

void FailureHandling::unblocked(Trouble& trouble) const {
  if (!trouble.blocked_since) return;
  if (trouble.attempts.first_failed != Instant{}) {  // what has not failed yet has no time to lengthen
    trouble.attempts.first_failed += around_.clock->instant() - *trouble.blocked_since;
  }
  trouble.blocked_since.reset();
}

DeadLetter FailureHandling::letter(const RecordedEvent& event, const Trouble& trouble, ParkReason reason) const {
  DeadLetter letter;
  letter.sequence = event.aggregate_id;
  letter.event = EventCopy{event};
  letter.reason = reason;
  letter.node = around_.node;
  letter.first_failed_at = around_.clock->now();
  if (reason == ParkReason::follower) return letter;
  letter.failure = trouble.failure;
  letter.error_type = trouble.error_type;
  letter.error_message = trouble.error_message;
  letter.attempts = trouble.calls;
  letter.first_failed_at = trouble.first_failed_at;
  return letter;
}

template <class Store>
Decision FailureHandling::guarded(const RecordedEvent& event, Trouble& trouble, Store store) {
  const Instant now = around_.clock->instant();
  try {
    const Decision decision = store();
    trouble.parking_since.reset();
    trouble.park_tries = 0;
    return decision;
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    if (!trouble.parking_since) trouble.parking_since = now;
    const bool may_work = known != nullptr && (known->retryable() || known->code() == Errc::in_doubt);
    if (!may_work || now - *trouble.parking_since >= options_.park_timeout) {
      return stop(event, trouble,
                  "its event cannot be parked: " + std::string{error.what()} +
                      (trouble.error_message.empty() ? "" : "; it was to be parked because: " + trouble.error_message));
    }
    if (trouble.park_tries++ == 0) {
      log_.note(LogLevel::warn, "the store of dead letters refuses the event; trying again", event, trouble.failure,
                error.what(), trouble.calls);
    }
    return {NextStep::wait, now + planner_.pause(trouble.park_tries)};
  }
}

// When a letter of this kind is re-driven by itself; empty: when somebody asks.
std::optional<std::chrono::milliseconds> FailureHandling::retry_pause(ParkReason reason) const {
  if (reason == ParkReason::overflow) return kSecondChance;
  if (reason == ParkReason::follower || options_.auto_retry <= options_.auto_retry.zero()) return std::nullopt;
  return options_.auto_retry;
}

Decision FailureHandling::park(const RecordedEvent& event, Trouble& trouble) {
  const ParkReason reason = trouble.to_park.value_or(ParkReason::failed);
  return guarded(event, trouble, [&] {
    const DeadLetter parked = letter(event, trouble, reason);
    mark_parked(event.aggregate_id);  // before it is durable: from then on somebody may ask
    const std::size_t added = around_.dead_letters->park(subscription_, {&parked, 1}, options_.limits);
    // One that is there since a try whose answer was lost, or that could not ask, is still to be asked for.
    const bool ours = added > 0 || trouble.park_tries > 0;
    if (const auto pause = retry_pause(reason); pause && ours) {
      static_cast<void>(
          around_.dead_letters->request_retry(subscription_, parked.sequence, around_.clock->now() + *pause));
    } else if (pause) {
      ask_unless_asked(event);
    }
    around_.metrics->parked(reason, added);
    around_.metrics->handled(event.type, HandlerMetrics::Result::dead);
    log_.note(LogLevel::error, "the event is parked, later ones of its aggregate go behind it", event, trouble.failure,
              trouble.error_message, trouble.calls);
    return Decision{NextStep::done, {}};
  });
}

// Only adds: a worker with another partition may have parked something that is not in the list. A mark too many ends
// with the aggregate's next event.
void FailureHandling::load_parked() {
  if (around_.dead_letters == nullptr) return;
  const std::vector<std::string> aggregates = around_.dead_letters->sequences(subscription_);
  inherited_.add(aggregates);
  parked_.add(aggregates);
}

// A process may have ended after it parked an event and before it asked for the re-drive that is due by itself. Then
// the event comes again, since it was not finished; letters of events before it were, and are left to whoever asks.
void FailureHandling::ask_unless_asked(const RecordedEvent& event) {
  DeadLetterStore& store = *around_.dead_letters;
  const LetterKey here = LetterKey::of(event);
  for (const DeadLetter& letter : store.letters(subscription_, event.aggregate_id, std::nullopt, kInherited)) {
    const auto pause = retry_pause(letter.reason);
    if (!pause || letter.redrives > 0 || LetterKey::of(letter.event.view()) < here) continue;
    DeadLetterFilter own;
    own.subscription = subscription_;
    own.sequence = event.aggregate_id;
    const std::vector<DeadSequence> sequence = store.list(own, 0, 1);
    if (!sequence.empty() && !sequence.front().retry_at) {
      static_cast<void>(store.request_retry(subscription_, event.aggregate_id, around_.clock->now() + *pause));
    }
    return;
  }
}

void FailureHandling::mark_parked(std::string_view aggregate) { parked_.add(aggregate); }

bool FailureHandling::may_be_parked(std::string_view aggregate) const { return parked_.contains(aggregate); }

Decision FailureHandling::follow(const RecordedEvent& event, Trouble& trouble) {
  return guarded(event, trouble, [&] {
    const DeadLetter follower = letter(event, trouble, ParkReason::follower);
    if (around_.dead_letters->park_behind(subscription_, follower, options_.limits)) {
      if (inherited_.contains(event.aggregate_id)) {
        ask_unless_asked(event);
        inherited_.remove(event.aggregate_id);
      }
      around_.metrics->parked(ParkReason::follower, 1);
      around_.metrics->handled(event.type, HandlerMetrics::Result::dead);
      return Decision{NextStep::done, {}};
    }
    parked_.remove(event.aggregate_id);
    inherited_.remove(event.aggregate_id);
    return Decision{NextStep::again, {}};
  });
}

}  // namespace leftfold::inline v0::detail
