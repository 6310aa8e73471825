// SPDX-License-Identifier: Apache-2.0
// The metrics of one handler, looked up once.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <leftfold/dead_letter_store.h>
#include <leftfold/failure.h>
#include <leftfold/handler_table.h>
#include <leftfold/metrics.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

/// leftfold_handler_* and leftfold_dlq_* of one handler; docs/reference/metrics.md lists them. Nothing is counted when
/// nobody gave the Runner its Metrics. Any thread; the Metrics must outlive it.
class HandlerMetrics {
 public:
  enum class Result { ok, skipped, retried, dead, failed };

  HandlerMetrics(Metrics& metrics, std::string_view handler, std::string_view kind, const HandlerTable& table);

  [[nodiscard]] bool on() const noexcept { return on_; }
  void handled(std::string_view event_type, Result result) noexcept;
  void took(std::chrono::nanoseconds time, Timestamp committed_at, Timestamp now) noexcept;
  void failed(FailureClass failure) noexcept;
  void parked(ParkReason reason, std::size_t letters) noexcept;
  void redriven(bool finished) noexcept;
  void fenced() noexcept;
  void in_flight(std::size_t events) noexcept;
  /// How far this process is in the partitions it has; those it had before and has no more are behind by nothing. One
  /// thread at a time.
  struct Place {
    Position done;
    Position head;
  };
  void places(const std::map<std::int32_t, Place>& places, Timestamp now);
  void letters(std::size_t letters, double oldest_seconds) noexcept;
  void breaker(std::string_view state) noexcept;
  void state(std::string_view state) noexcept;

 private:
  static constexpr std::size_t kResults = 5;
  using PerResult = std::array<Counter*, kResults>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  [[nodiscard]] PerResult counters(Metrics& metrics, std::string_view type) const;

  const bool on_;
  const std::string handler_;
  const std::string kind_;
  std::unordered_map<std::string, PerResult, Hash, std::equal_to<>> events_;
  PerResult other_{};
  Histogram* duration_ = nullptr;
  Histogram* end_to_end_ = nullptr;
  std::array<Counter*, 5> retries_{};
  std::array<Counter*, 4> parked_{};
  std::array<Counter*, 2> redriven_{};
  Counter* fenced_ = nullptr;
  Gauge* in_flight_ = nullptr;
  struct PlaceGauges {
    Gauge* lag = nullptr;
    Gauge* position = nullptr;
  };
  PlaceGauges& gauges_of(std::int32_t partition);
  Metrics& metrics_;
  std::map<std::int32_t, PlaceGauges> places_;
  Gauge* lag_seconds_ = nullptr;
  std::atomic<std::int64_t> newest_{0};      // commit of the newest event that was handled, in ms; 0: none was
  std::optional<Timestamp> behind_since_{};  // as places() saw it
  Gauge* letters_ = nullptr;
  Gauge* oldest_ = nullptr;
  std::array<Gauge*, 5> breaker_{};
  std::array<Counter*, 5> transitions_{};
  std::array<Gauge*, 6> state_{};
};

}  // namespace leftfold::inline v0::detail
