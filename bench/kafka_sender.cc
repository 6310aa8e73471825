// SPDX-License-Identifier: Apache-2.0
#include "kafka_sender.h"

#include <array>
#include <chrono>
#include <stdexcept>

#include <leftfold/clock.h>

#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::uint64_t kFamily = 11;
constexpr std::size_t kReceiptsEvery = 1'000;  // events; as often as rdkafka_performance looks for its reports
constexpr std::chrono::minutes kPatience{1};

// Of no version, but never twice, in whichever burst: it begins with the time.
Uuid id_of(std::uint64_t serial) {
  static const Uuid first = Uuid::v7(system_clock().now());
  std::array<std::uint8_t, 16> bytes = first.bytes();
  for (std::size_t i = 0; i < 6; ++i) bytes[15 - i] = static_cast<std::uint8_t>(serial >> (8 * i));
  return Uuid{bytes};
}

}  // namespace

KafkaSender::KafkaSender(EventSink& sink, std::size_t aggregates) : sink_{sink} {
  for (std::size_t i = 0; i < aggregates; ++i) aggregates_.push_back({stream_name(kFamily, i)});
}

void KafkaSender::send_all(std::size_t count) {
  const NewEvent like = make_event(kFamily, 0);
  for (std::size_t i = 0; i < count; ++i) {
    hand_over(like.type, like.payload);
    if (i % kReceiptsEvery == 0) take_receipts(Instant::min());
  }
  wait_for_all();
}

void KafkaSender::send(const std::string& type, const std::string& payload) {
  hand_over(type, payload);
  take_receipts(Instant::min());
}

void KafkaSender::wait_for_all() {
  const Instant deadline = system_clock().instant() + kPatience;
  while (sink_.on_the_way() > 0) {
    if (system_clock().instant() >= deadline) throw std::runtime_error{"events are not acknowledged"};
    take_receipts(deadline);
  }
}

void KafkaSender::hand_over(const std::string& type, const std::string& payload) {
  Aggregate& aggregate = aggregates_[serial_ % aggregates_.size()];
  RecordedEvent event;
  event.version = Version{++aggregate.version};
  event.committed_at = system_clock().now();
  event.id = event.commit_id = id_of(serial_++);
  event.aggregate_id = aggregate.id;
  event.type = type;
  event.payload = payload;
  event.metadata = R"({"correlation_id":"c0ffee00-1234-4abc-8def-0123456789ab"})";
  while (sink_.send(event) == 0) take_receipts(kNever);
}

void KafkaSender::take_receipts(Instant deadline) {
  for (const SinkReceipt& receipt : sink_.receipts({}, deadline)) {
    if (!receipt.acknowledged) throw std::runtime_error{"an event was not acknowledged: " + receipt.why};
    ++acknowledged_;
  }
}

}  // namespace leftfold::bench
