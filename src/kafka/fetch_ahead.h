// SPDX-License-Identifier: Apache-2.0
// What librdkafka reads ahead of the handlers, and how it learns that there is room again.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>

#include <leftfold/kafka.h>

#include "kafka/assigned.h"
#include "kafka/client_config.h"

namespace leftfold::inline v0::kafka {

/// The share of each partition, because each has a queue of its own. Once every partition of a broker has its share,
/// librdkafka 2.0.2 sleeps for up to a second and does not notice that records are taken (rdkafka_broker.c,
/// rd_kafka_broker_consumer_serve): a topic of one partition came to 12,000 records a second with shares of 10,000. Any
/// request to the broker wakes it, so one is sent, and its answer not waited for, when half of a share was taken.
/// One thread at a time.
class FetchAhead {
 public:
  FetchAhead(const KafkaOptions& options, std::int32_t partitions);

  /// Adds the properties that bound it, unless the options have them.
  void add_to(Properties& own) const;
  /// To be told of every record that was taken.
  void taken(rd_kafka_t* client, Assigned& part, std::size_t bytes) const;

 private:
  void ask_for_more(rd_kafka_t* client, std::int32_t partition) const;

  const KafkaOptions& options_;
  std::int64_t kilobytes_;  // a partition's share
};

}  // namespace leftfold::inline v0::kafka
