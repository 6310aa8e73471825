// One librdkafka producer, whose reports are events of a queue.
#pragma once

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

namespace leftfold::kafka {

/// A fatal error ends it for good; make another one then. Destroying it gives up what is on the way, without reports.
/// One thread at a time. `options` and `waker`, which hears of what comes into the queue, must outlive it.
class Producer {
 public:
  struct Failure {
    rd_kafka_resp_err_t code;
    std::string text;
  };

  /// Throws Error(invalid_config).
  Producer(const KafkaOptions& options, Waker& waker);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Hands a record over. Its delivery report carries `ticket`; there is none when a failure is returned.
  [[nodiscard]] std::optional<Failure> send(std::string_view key, Record record, std::uint64_t ticket);
  /// The next event: a delivery report or an error. Null when there is none within `patience` of real time.
  [[nodiscard]] Event next(std::chrono::milliseconds patience = {});
  /// What ended this producer, if something did.
  [[nodiscard]] std::optional<Failure> fatal() const;
  /// Sends what lingers, for up to `patience` of real time.
  void hurry(std::chrono::milliseconds patience);
  /// Gives up what is on the way; reports of it come through next().
  void give_up();
  /// The most bytes of one record (property message.max.bytes).
  [[nodiscard]] std::string most_bytes() const;

  /// The ticket of a delivery report.
  [[nodiscard]] static std::uint64_t ticket_of(const rd_kafka_message_t& report) noexcept {
    return reinterpret_cast<std::uintptr_t>(report._private);
  }

 private:
  const Client client_;
  const TopicHandle topic_;
  const Queue events_;
};

}  // namespace leftfold::kafka
