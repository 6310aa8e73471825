// SPDX-License-Identifier: Apache-2.0
// What a Repository counts.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/event_store.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0::detail {

/// leftfold_events_appended_total of one aggregate and type of event.
[[nodiscard]] Counter& appended_counter(Metrics& metrics, std::string_view aggregate, std::string_view event_type);

/// leftfold_append_* and leftfold_load_* of one type of aggregate; docs/reference/metrics.md. Any thread; the Metrics
/// must outlive it.
class CommandMetrics {
 public:
  /// `types` are the aggregate's events; text that lives as long as the program.
  CommandMetrics(Metrics& metrics, std::string_view aggregate, std::span<const std::string_view> types);

  void appended(std::span<const NewEvent> events, std::chrono::nanoseconds took) const noexcept;
  void met_conflict() const noexcept { conflicts_.add(); }
  void failed(Errc code) const noexcept;
  void loaded(std::size_t events, std::chrono::nanoseconds took) const noexcept;

 private:
  std::vector<std::pair<std::string_view, Counter*>> appended_;
  Histogram& append_duration_;
  Counter& conflicts_;
  std::array<Counter*, 7> errors_{};
  Histogram& load_duration_;
  Histogram& load_events_;
};

}  // namespace leftfold::inline v0::detail
