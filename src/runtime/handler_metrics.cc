#include "runtime/handler_metrics.h"

#include <algorithm>

namespace leftfold::detail {
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
    : on_{&metrics != &no_metrics()}, handler_{handler}, kind_{kind} {
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
  lag_ = &metrics.gauge("leftfold_handler_lag_events", "events of the feed after the checkpoint",
                        {{"handler", handler}, {"partition", "0"}});
  position_ = &metrics.gauge("leftfold_handler_position", "everything up to here is done",
                             {{"handler", handler}, {"partition", "0"}});
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

void HandlerMetrics::took(std::chrono::nanoseconds time, std::chrono::milliseconds since_commit) noexcept {
  if (!on_) return;
  duration_->observe(std::chrono::duration<double>(time).count());
  end_to_end_->observe(std::max(0.0, std::chrono::duration<double>(since_commit).count()));
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

void HandlerMetrics::lag(std::int64_t events) noexcept {
  if (on_) lag_->set(static_cast<double>(events));
}

void HandlerMetrics::position(std::int64_t position) noexcept {
  if (on_) position_->set(static_cast<double>(position));
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

}  // namespace leftfold::detail
