// SPDX-License-Identifier: Apache-2.0
// Port: what the Publisher sends events to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/event_page.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// What became of one event that was handed to a sink.
struct SinkReceipt {
  std::uint64_t ticket = 0;    ///< what send() returned for it
  bool acknowledged = false;   ///< true: the broker keeps it durably; false: it may or may not be there, send it again,
                               ///< and what was sent after it of its aggregate
  std::int32_t partition = 0;  ///< where it was acknowledged
  Position position;           ///< its place in that partition; start() when it was not acknowledged, and when the
                               ///< broker kept it but does not say where
  std::string why;             ///< empty when acknowledged
};

/// Port: a broker's writing side.
///
/// What every implementation promises, and testing/event_sink_suite.h checks: every ticket gets exactly one receipt,
/// an outage or a broken connection included; as long as no receipt of an aggregate fails, its events lie in the broker
/// in the order in which they were sent, each once; and always, also after a failure, no event of an aggregate is in
/// the broker without those that were sent before it through the same sink. So what is there of an aggregate has no
/// gap, and stays so when everything from the first event that was not acknowledged is sent again, through this sink or
/// another one: what was on the way may still arrive later, and is then a repetition or goes on where the broker is.
/// Consumers drop what repeats.
///
/// After a receipt that failed send again from that event on. Until such a receipt is returned send() takes nothing,
/// as later events of the aggregate would be there without it.
///
/// One thread at a time, but wake() from any. Destroying it gives up what is on the way without receipts: close()
/// first.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// Hands an event over; its texts are copied. Returns its ticket: 1 for the first, growing by one; 0 when there is no
  /// room now, which receipts() makes. Does not wait for room. Throws Error(invalid_argument) for an event that the
  /// broker can never take, such as one that is too large, permission_denied, unavailable, stopped after close(); the
  /// event got no ticket then.
  [[nodiscard]] virtual std::uint64_t send(const RecordedEvent& event) = 0;

  /// Waits until there is a receipt or room again, `deadline` (on the sink's clock) is reached, `stop` is requested or
  /// wake() is called; returns the receipts there are, each once, possibly none. Does not wait after close().
  /// Throws Error(permission_denied, unavailable); receipts that are due come with a later call.
  [[nodiscard]] virtual std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) = 0;

  /// Makes a receipts() that waits, or the next one, return early. Any thread.
  virtual void wake() noexcept = 0;

  /// Events sent whose receipts were not returned yet.
  [[nodiscard]] virtual std::size_t on_the_way() const = 0;

  /// Takes nothing any more, waits until `deadline` for what is on the way, then gives the rest up. Returns all
  /// receipts that are left, so that on_the_way() is 0: what stands as failed is to be sent again by the next owner.
  /// May take a second longer than `deadline`. A second close() returns none.
  [[nodiscard]] virtual std::vector<SinkReceipt> close(Instant deadline) = 0;
};

}  // namespace leftfold::inline v0
