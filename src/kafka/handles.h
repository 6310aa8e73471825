// SPDX-License-Identifier: Apache-2.0
// Owners of what librdkafka hands out.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace leftfold::inline v0::kafka {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* handle) const noexcept {
    Destroy(handle);
  }
};

template <class T, auto Destroy>
using Handle = std::unique_ptr<T, Destroyer<Destroy>>;

using Client = Handle<rd_kafka_t, rd_kafka_destroy>;
using Conf = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using TopicHandle = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Queue = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using Message = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using Headers = Handle<rd_kafka_headers_t, rd_kafka_headers_destroy>;
using PartitionList = Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using NewTopic = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using AdminOptions = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using KafkaError = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;

/// What <librdkafka/rdkafka.h> says of metadata is const all through, and so is its destructor.
struct MetadataDestroyer {
  void operator()(const rd_kafka_metadata_t* metadata) const noexcept { rd_kafka_metadata_destroy(metadata); }
};
using TopicMetadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroyer>;

}  // namespace leftfold::inline v0::kafka
