// SPDX-License-Identifier: Apache-2.0
#include "kafka/offsets.h"

#include <string>

#include "kafka/failure.h"

namespace leftfold::inline v0::kafka {
namespace {

// What is asked for was there a moment ago, when the topic was opened or the group assigned it.
Error failure(rd_kafka_resp_err_t error, const std::string& what) {
  if (code_of(error) != Errc::not_found) return to_error(error, what);
  return Error{Errc::unavailable, "Kafka, " + what + ": " + rd_kafka_err2str(error) +
                                      "; brokers that have just started do not know their partitions yet, and later "
                                      "they do; if the topic was deleted, create it again"};
}

// Fails with the first partition that has an error of its own.
void check(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t& list, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(error, what);
  for (int i = 0; i < list.cnt; ++i) {
    const rd_kafka_topic_partition_t& at = list.elems[i];
    if (at.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    throw failure(at.err, what + ", topic " + at.topic + ", partition " + std::to_string(at.partition));
  }
}

std::vector<std::int64_t> logical_offsets(rd_kafka_t* client, const KafkaOptions& options,
                                          std::span<const std::int32_t> partitions, std::int64_t which) {
  const PartitionList list = list_of(options, partitions, std::vector(partitions.size(), which));
  // The protocol's ListOffsets: -2 and -1 stand for the first and the next offset, and librdkafka hands them on.
  check(rd_kafka_offsets_for_times(client, list.get(), static_cast<int>(kAnswerWithin.count())), *list,
        "asking where partitions begin and end");
  std::vector<std::int64_t> offsets;
  for (const std::int32_t partition : partitions) {
    const auto* at = rd_kafka_topic_partition_list_find(list.get(), options.topic.c_str(), partition);
    offsets.push_back(at->offset);
  }
  return offsets;
}

}  // namespace

PartitionList list_of(const KafkaOptions& options, std::span<const std::int32_t> partitions,
                      std::span<const std::int64_t> offsets) {
  PartitionList list{rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()))};
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    auto* at = rd_kafka_topic_partition_list_add(list.get(), options.topic.c_str(), partitions[i]);
    if (!offsets.empty()) at->offset = offsets[i];
  }
  return list;
}

std::vector<Bounds> bounds_of(rd_kafka_t* client, const KafkaOptions& options,
                              std::span<const std::int32_t> partitions) {
  const std::vector<std::int64_t> low = logical_offsets(client, options, partitions, RD_KAFKA_OFFSET_BEGINNING);
  const std::vector<std::int64_t> high = logical_offsets(client, options, partitions, RD_KAFKA_OFFSET_END);
  std::vector<Bounds> bounds;
  for (std::size_t i = 0; i < low.size(); ++i) bounds.push_back({low[i], high[i]});
  return bounds;
}

std::vector<std::optional<std::int64_t>> committed_of(rd_kafka_t* client, const KafkaOptions& options,
                                                      std::span<const std::int32_t> partitions) {
  const PartitionList list = list_of(options, partitions);
  check(rd_kafka_committed(client, list.get(), static_cast<int>(kAnswerWithin.count())), *list,
        "asking for the group's committed offsets");
  std::vector<std::optional<std::int64_t>> offsets;
  for (const std::int32_t partition : partitions) {
    const auto* at = rd_kafka_topic_partition_list_find(list.get(), options.topic.c_str(), partition);
    offsets.push_back(at->offset >= 0 ? std::optional{at->offset} : std::nullopt);
  }
  return offsets;
}

}  // namespace leftfold::inline v0::kafka
