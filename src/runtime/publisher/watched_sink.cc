// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/watched_sink.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {

std::chrono::milliseconds Traffic::oldest(Timestamp now) const noexcept {
  const std::int64_t stored = oldest_ms;
  if (stored == kNothing) return {};
  return std::max(std::chrono::milliseconds{0}, now.time_since_epoch() - std::chrono::milliseconds{stored});
}

WatchedSink::WatchedSink(std::unique_ptr<EventSink> sink, Traffic& traffic)
    : sink_{std::move(sink)}, traffic_{traffic} {}

WatchedSink::~WatchedSink() {
  traffic_.on_the_way = 0;
  traffic_.oldest_ms = Traffic::kNothing;
}

std::uint64_t WatchedSink::send(const RecordedEvent& event) {
  const std::uint64_t ticket = sink_->send(event);
  if (ticket == 0) return 0;
  if (stored_.empty()) {
    first_ = ticket;
    traffic_.oldest_ms = event.committed_at.time_since_epoch().count();
  }
  stored_.emplace_back(event.committed_at);
  traffic_.on_the_way = sink_->on_the_way();
  return ticket;
}

std::vector<SinkReceipt> WatchedSink::receipts(const std::stop_token& stop, Instant deadline) {
  std::vector<SinkReceipt> receipts = sink_->receipts(stop, deadline);
  note(receipts);
  return receipts;
}

std::vector<SinkReceipt> WatchedSink::close(Instant deadline) {
  std::vector<SinkReceipt> receipts = sink_->close(deadline);
  note(receipts);
  return receipts;
}

void WatchedSink::note(const std::vector<SinkReceipt>& receipts) {
  const Timestamp now = traffic_.clock.now();
  for (const SinkReceipt& receipt : receipts) {
    if (receipt.acknowledged) ++traffic_.published;
    const std::uint64_t at = receipt.ticket - first_;
    if (receipt.ticket < first_ || at >= stored_.size() || !stored_[at]) continue;
    const auto delay = std::max(now, *stored_[at]) - *stored_[at];
    if (receipt.acknowledged) traffic_.delay.observe(std::chrono::duration<double>(delay).count());
    stored_[at].reset();
  }
  for (; !stored_.empty() && !stored_.front(); ++first_) stored_.pop_front();
  traffic_.on_the_way = sink_->on_the_way();
  traffic_.oldest_ms = stored_.empty() ? Traffic::kNothing : stored_.front()->time_since_epoch().count();
}

}  // namespace leftfold::inline v0::runtime
