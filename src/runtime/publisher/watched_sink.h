// SPDX-License-Identifier: Apache-2.0
// A sink whose traffic can be looked at from other threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include <leftfold/clock.h>
#include <leftfold/event_sink.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0::runtime {

/// What went through a Publisher's sinks. Any thread; clock and histogram must outlive it.
struct Traffic {
  Traffic(Clock& c, Histogram& d) : clock{c}, delay{d} {}

  Clock& clock;
  Histogram& delay;                               ///< seconds from the commit to the acknowledgement
  std::atomic<std::uint64_t> published{0};        ///< events acknowledged
  std::atomic<std::size_t> on_the_way{0};         ///< in the sink that is open
  std::atomic<std::int64_t> oldest_ms{kNothing};  ///< when the oldest of them was stored

  static constexpr std::int64_t kNothing = INT64_MAX;
  /// How long ago the oldest of them was stored; 0 when there is none.
  [[nodiscard]] std::chrono::milliseconds oldest(Timestamp now) const noexcept;
};

/// Hands everything on and counts it. Thread rule and failures as of EventSink.
class WatchedSink final : public EventSink {
 public:
  WatchedSink(std::unique_ptr<EventSink> sink, Traffic& traffic);
  ~WatchedSink() override;

  [[nodiscard]] std::uint64_t send(const RecordedEvent& event) override;
  [[nodiscard]] std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override { sink_->wake(); }
  [[nodiscard]] std::size_t on_the_way() const override { return sink_->on_the_way(); }
  [[nodiscard]] std::vector<SinkReceipt> close(Instant deadline) override;

 private:
  void note(const std::vector<SinkReceipt>& receipts);

  const std::unique_ptr<EventSink> sink_;
  Traffic& traffic_;
  std::uint64_t first_ = 1;                      // ticket of stored_'s first
  std::deque<std::optional<Timestamp>> stored_;  // when the event of each ticket was; none: it has its receipt
};

}  // namespace leftfold::inline v0::runtime
