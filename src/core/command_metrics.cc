// SPDX-License-Identifier: Apache-2.0
#include "core/command_metrics.h"

#include <memory>

#include <leftfold/repository.h>

namespace leftfold::inline v0::detail {
namespace {

// Those that an append can end with; all else is a bug or a wrong call.
constexpr std::array<Errc, 6> kCodes{Errc::unavailable,  Errc::throttled,         Errc::in_doubt,
                                     Errc::storage_full, Errc::permission_denied, Errc::corrupt};

constexpr std::array kEventBounds{1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1'000.0, 5'000.0, 10'000.0};

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

Counter& appended_counter(Metrics& metrics, std::string_view aggregate, std::string_view event_type) {
  return metrics.counter("leftfold_events_appended_total", "Events that this process has stored.",
                         {{"aggregate", aggregate}, {"event_type", event_type}});
}

CommandMetrics::CommandMetrics(Metrics& metrics, std::string_view aggregate, std::span<const std::string_view> types)
    : append_duration_{metrics.histogram("leftfold_append_duration_seconds", "Time until an append was stored.",
                                         {{"aggregate", aggregate}})},
      conflicts_{metrics.counter("leftfold_append_conflicts_total", "Appends that another writer was first to.",
                                 {{"aggregate", aggregate}})},
      load_duration_{metrics.histogram("leftfold_load_duration_seconds", "Time of reading and folding an aggregate.",
                                       {{"aggregate", aggregate}})},
      load_events_{metrics.histogram("leftfold_load_events", "Events read and folded by a load.",
                                     {{"aggregate", aggregate}}, kEventBounds)} {
  for (const std::string_view type : types) appended_.emplace_back(type, &appended_counter(metrics, aggregate, type));
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    const std::string_view code = i < kCodes.size() ? to_string(kCodes[i]) : "other";
    errors_[i] = &metrics.counter("leftfold_append_errors_total", "Appends that failed, by the error's code.",
                                  {{"aggregate", aggregate}, {"code", code}});
  }
}

void CommandMetrics::appended(std::span<const NewEvent> events, std::chrono::nanoseconds took) const noexcept {
  append_duration_.observe(seconds(took));
  for (const NewEvent& event : events) {
    for (const auto& [type, counter] : appended_) {
      if (type != event.type) continue;
      counter->add();
      break;
    }
  }
}

void CommandMetrics::failed(Errc code) const noexcept {
  std::size_t i = 0;
  while (i < kCodes.size() && kCodes[i] != code) ++i;
  errors_[i]->add();
}

void CommandMetrics::loaded(std::size_t events, std::chrono::nanoseconds took) const noexcept {
  load_duration_.observe(seconds(took));
  load_events_.observe(static_cast<double>(events));
}

std::shared_ptr<const CommandMetrics> command_metrics(const RepositoryOptions& options, const AggregateOps& ops,
                                                      std::span<const std::string_view> types) {
  if (options.metrics == nullptr) return nullptr;
  return std::make_shared<const CommandMetrics>(*options.metrics, ops.aggregate, types);
}

}  // namespace leftfold::inline v0::detail
