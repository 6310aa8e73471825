// SPDX-License-Identifier: Apache-2.0
#include "runtime/handler_metrics.h"

#include <algorithm>

namespace leftfold::inline v0::detail {
namespace {

constexpr std::array<std::string_view, 5> kResultNames{"ok", "skipped", "retried", "dead", "failed"};
constexpr std::array kClasses{FailureClass::duplicate, FailureClass::transient, FailureClass::unavailable,
                              FailureClass::permanent, FailureClass::fatal};
constexpr std::array kReasons{ParkReason::failed, ParkReason::undecodable, ParkReason::overflow, ParkReason::follower};
constexpr std::array<std::string_view, 2> kRedriveNames{"finished", "failed"};
constexpr std::array<std::string_view, 5> kBreakerStates{"closed", "open", "half_open", "forced_open", "disabled"};
constexpr std::array<std::string_view, 6> kStates{"starting", "waiting", "running", "paused", "stopped", "failed"};

template <class E>
std::size_t index(E value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

HandlerMetrics::HandlerMetrics(Metrics& metrics, std::string_view handler, std::string_view kind,
                               const HandlerTable& table)
    : on_{&metrics != &no_metrics()}, handler_{handler}, kind_{kind}, metrics_{metrics} {
  if (!on_) return;
  for (const HandlerTable::Entry& entry : table.entries()) {
    events_.emplace(entry.type, counters(metrics, entry.type));
  }
  other_ = counters(metrics, "other");
  duration_ = &metrics.histogram("leftfold_handler_duration_seconds", "time in the handler", {{"handler", handler}});
  end_to_end_ = &metrics.histogram("leftfold_handler_end_to_end_seconds", "from the commit to the end of the handler",
                                   {{"handler", handler}});
  for (const FailureClass failure : kClasses) {
    retries_[index(failure)] = &metrics.counter("leftfold_handler_retries_total", "failures of the handler by class",
                                                {{"handler", handler}, {"error_class", to_string(failure)}});
  }
  for (const ParkReason reason : kReasons) {
    parked_[index(reason)] = &metrics.counter("leftfold_dlq_added_total", "events parked",
                                              {{"handler", handler}, {"reason", to_string(reason)}});
  }
  for (std::size_t i = 0; i < redriven_.size(); ++i) {
    redriven_[i] = &metrics.counter("leftfold_dlq_retried_total", "re-drives of parked sequences",
                                    {{"handler", handler}, {"result", kRedriveNames[i]}});
  }
  for (std::size_t i = 0; i < kBreakerStates.size(); ++i) {
    breaker_[i] = &metrics.gauge("leftfold_breaker_state", "1 for the state the breaker is in",
                                 {{"breaker", handler}, {"state", kBreakerStates[i]}});
    transitions_[i] = &metrics.counter("leftfold_breaker_transitions_total", "changes into a state",
                                       {{"breaker", handler}, {"to", kBreakerStates[i]}});
  }
  breaker_[0]->set(1);
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    state_[i] = &metrics.gauge("leftfold_handler_state", "1 for the state the subscription is in",
                               {{"handler", handler}, {"state", kStates[i]}});
  }
  fenced_ = &metrics.counter("leftfold_handler_fenced_total", "events finished after their partition was lost",
                             {{"handler", handler}});
  in_flight_ = &metrics.gauge("leftfold_handler_in_flight", "events taken and not finished", {{"handler", handler}});
  (void)gauges_of(0);
  lag_seconds_ = &metrics.gauge("leftfold_handler_lag_seconds", "age of the newest event that was handled, when behind",
                                {{"handler", handler}});
  letters_ = &metrics.gauge("leftfold_dlq_messages", "dead letters that are parked now", {{"handler", handler}});
  oldest_ = &metrics.gauge("leftfold_dlq_oldest_seconds", "age of the longest parked sequence", {{"handler", handler}});
}

HandlerMetrics::PerResult HandlerMetrics::counters(Metrics& metrics, std::string_view type) const {
  PerResult counters{};
  for (std::size_t i = 0; i < kResults; ++i) {
    counters[i] =
        &metrics.counter("leftfold_handler_events_total", "events by what became of them",
                         {{"handler", handler_}, {"kind", kind_}, {"event_type", type}, {"result", kResultNames[i]}});
  }
  return counters;
}

void HandlerMetrics::handled(std::string_view event_type, Result result) noexcept {
  if (!on_) return;
  const auto at = events_.find(event_type);
  (at != events_.end() ? at->second : other_)[index(result)]->add();
}

void HandlerMetrics::took(std::chrono::nanoseconds time, Timestamp committed_at, Timestamp now) noexcept {
  if (!on_) return;
  duration_->observe(std::chrono::duration<double>(time).count());
  end_to_end_->observe(std::max(0.0, std::chrono::duration<double>(now - committed_at).count()));
  const std::int64_t committed = committed_at.time_since_epoch().count();
  std::int64_t newest = newest_.load(std::memory_order_relaxed);
  while (newest < committed && !newest_.compare_exchange_weak(newest, committed, std::memory_order_relaxed)) {
  }
}

void HandlerMetrics::failed(FailureClass failure) noexcept {
  if (on_) retries_[index(failure)]->add();
}

void HandlerMetrics::parked(ParkReason reason, std::size_t letters) noexcept {
  if (on_ && letters > 0) parked_[index(reason)]->add(static_cast<double>(letters));
}

void HandlerMetrics::redriven(bool finished) noexcept {
  if (on_) redriven_[finished ? 0 : 1]->add();
}

void HandlerMetrics::fenced() noexcept {
  if (on_) fenced_->add();
}

void HandlerMetrics::in_flight(std::size_t events) noexcept {
  if (on_) in_flight_->set(static_cast<double>(events));
}

HandlerMetrics::PlaceGauges& HandlerMetrics::gauges_of(std::int32_t partition) {
  PlaceGauges& gauges = places_[partition];
  if (gauges.lag != nullptr) return gauges;
  const std::string number = std::to_string(partition);
  gauges.lag = &metrics_.gauge("leftfold_handler_lag_events", "events of the feed after the position",
                               {{"handler", handler_}, {"partition", number}});
  gauges.position = &metrics_.gauge("leftfold_handler_position", "everything up to here is done",
                                    {{"handler", handler_}, {"partition", number}});
  return gauges;
}

void HandlerMetrics::places(const std::map<std::int32_t, Place>& places, Timestamp now) {
  if (!on_) return;
  std::int64_t behind = 0;
  for (const auto& [partition, place] : places) {
    const std::int64_t lag = std::max<std::int64_t>(0, place.head.value() - place.done.value());
    const PlaceGauges& gauges = gauges_of(partition);
    gauges.lag->set(static_cast<double>(lag));
    gauges.position->set(static_cast<double>(place.done.value()));
    behind += lag;
  }
  for (const auto& [partition, gauges] : places_) {
    if (!places.contains(partition)) gauges.lag->set(0);
  }
  // Before the first event is handled it is at least the time for which it has been behind.
  if (behind == 0) behind_since_.reset();
  if (behind > 0 && !behind_since_) behind_since_ = now;
  const std::int64_t newest = newest_.load(std::memory_order_relaxed);
  const Timestamp since = newest > 0 ? Timestamp{std::chrono::milliseconds{newest}} : behind_since_.value_or(now);
  lag_seconds_->set(behind == 0 ? 0.0 : std::max(0.0, std::chrono::duration<double>(now - since).count()));
}

void HandlerMetrics::letters(std::size_t letters, double oldest_seconds) noexcept {
  if (!on_) return;
  letters_->set(static_cast<double>(letters));
  oldest_->set(oldest_seconds);
}

void HandlerMetrics::breaker(std::string_view state) noexcept {
  if (!on_) return;
  for (std::size_t i = 0; i < kBreakerStates.size(); ++i) {
    breaker_[i]->set(kBreakerStates[i] == state ? 1 : 0);
    if (kBreakerStates[i] == state) transitions_[i]->add();
  }
}

void HandlerMetrics::state(std::string_view state) noexcept {
  if (!on_) return;
  for (std::size_t i = 0; i < kStates.size(); ++i) state_[i]->set(kStates[i] == state ? 1 : 0);
}

}  // namespace leftfold::inline v0::detail
