// SPDX-License-Identifier: Apache-2.0
// One librdkafka producer, whose reports are events of a queue.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/kafka.h>

#include "kafka/handles.h"
#include "kafka/record.h"
#include "kafka/waker.h"

namespace leftfold::inline v0::kafka {

/// A fatal error ends it for good; make another one then. Destroying it gives up what is on the way, without reports.
/// One thread at a time. `options` and `waker`, which hears of what comes into the queue, must outlive it.
class Producer {
 public:
  struct Failure {
    rd_kafka_resp_err_t code;
    std::string text;
  };

  /// `topic_bytes` is max.message.bytes of the topic, if it is known: no batch will have more.
  /// Throws Error(invalid_config).
  Producer(const KafkaOptions& options, Waker& waker, std::optional<std::size_t> topic_bytes);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Hands a record over. Its delivery report carries `ticket`; there is none when a failure is returned, and the
  /// record is as it was.
  [[nodiscard]] std::optional<Failure> send(std::string_view key, Record& record, std::uint64_t ticket);
  /// The next event: a delivery report or an error. Null when there is none within `patience` of real time.
  [[nodiscard]] Event next(std::chrono::milliseconds patience = {});
  /// Whether next() would return one.
  [[nodiscard]] bool has_next() const noexcept { return rd_kafka_queue_length(events_.get()) > 0; }
  /// What ended this producer, if something did.
  [[nodiscard]] std::optional<Failure> fatal() const;
  /// Sends what lingers, for up to `patience` of real time.
  void hurry(std::chrono::milliseconds patience);
  /// Gives up what is on the way; reports of it come through next().
  void give_up();
  /// The most that Record::bytes may be.
  [[nodiscard]] std::size_t most_bytes() const noexcept { return most_bytes_; }
  /// Events that it takes before their reports are seen (queue.buffering.max.messages).
  [[nodiscard]] std::size_t room() const noexcept { return room_; }
  /// Partitions of the topic; 0 until a broker has told.
  [[nodiscard]] std::int32_t partitions() const noexcept { return partitions_; }

  /// The ticket of a delivery report.
  [[nodiscard]] static std::uint64_t ticket_of(const rd_kafka_message_t& report) noexcept {
    return reinterpret_cast<std::uintptr_t>(report._private);
  }

 private:
  Producer(const KafkaOptions& options, Waker& waker, Conf conf, std::optional<std::size_t> topic_bytes);
  static std::int32_t choose_partition(const rd_kafka_topic_t* topic, const void* key, std::size_t size,
                                       std::int32_t partitions, void* count, void* ticket) noexcept;

  const std::size_t most_bytes_;
  const std::size_t room_;
  std::atomic<std::int32_t> partitions_{0};  // set by threads of librdkafka
  const Client client_;
  const TopicHandle topic_;
  const Queue events_;
};

}  // namespace leftfold::inline v0::kafka
