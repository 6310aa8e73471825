// SPDX-License-Identifier: Apache-2.0
// Sends events of 256 bytes to a sink as fast as it takes them, or one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <leftfold/event_sink.h>

namespace leftfold::bench {

/// Events of many aggregates in turn, each at its next version. One thread at a time; the sink must outlive it.
class KafkaSender {
 public:
  KafkaSender(EventSink& sink, std::size_t aggregates);

  /// Hands `count` events over and waits until all of them are acknowledged.
  /// Throws std::runtime_error when one is not within a minute.
  void send_all(std::size_t count);
  /// Hands one event over, waiting for room, and takes the receipts there are.
  void send(const std::string& type, const std::string& payload);
  /// Waits until everything is acknowledged. Throws as send_all().
  void wait_for_all();

  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct Aggregate {
    std::string id;
    std::int64_t version = -1;
  };
  void hand_over(const std::string& type, const std::string& payload);
  void take_receipts(Instant deadline);

  EventSink& sink_;
  std::vector<Aggregate> aggregates_;
  std::uint64_t serial_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace leftfold::bench
