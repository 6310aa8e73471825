// From the changes of a batch to Kafka.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <leftfold/event_sink.h>
#include <leftfold/kafka.h>
#include <leftfold/lambda_stream.h>

namespace leftfold::lambda_publisher {

/// Sends the events of a batch to the topic in the stream's order, and waits for the broker to acknowledge them.
/// Connects at the first batch and stays connected from one to the next. One thread at a time.
class Publisher {
 public:
  explicit Publisher(KafkaOptions options) : options_{std::move(options)} {}

  /// As PublishChanges. Stops before a change that is unreadable, with a line in the log, so that the batch is sent
  /// again and the delay's alarm goes off: nothing may overtake it.
  /// Throws as KafkaBroker and EventSink do.
  [[nodiscard]] std::size_t publish(const ChangePage& page, Instant deadline);

 private:
  void connect(Instant deadline);
  [[nodiscard]] std::size_t send_all(const ChangePage& page, Instant deadline);

  KafkaOptions options_;
  std::optional<KafkaBroker> broker_;
  std::unique_ptr<EventSink> sink_;
};

}  // namespace leftfold::lambda_publisher
