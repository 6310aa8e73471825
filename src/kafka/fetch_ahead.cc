// SPDX-License-Identifier: Apache-2.0
#include "kafka/fetch_ahead.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "kafka/offsets.h"

namespace leftfold::inline v0::kafka {
namespace {

constexpr const char* kProperty = "queued.max.messages.kbytes";
constexpr std::int64_t kKilobytes = 65'536;      // of all partitions together
constexpr std::int64_t kLeastKilobytes = 1'024;  // of one: what one answer of a broker holds of it
constexpr std::int64_t kManyRecords = 50'000;    // half of queued.min.messages, the other bound

std::int64_t share_of(const KafkaOptions& options, std::int32_t partitions) {
  const std::int64_t share = std::max(kLeastKilobytes, kKilobytes / std::max(1, partitions));
  const auto given = options.properties.find(kProperty);
  if (given == options.properties.end()) return share;
  std::int64_t kilobytes = share;  // librdkafka says what is wrong with a text that is no number
  std::from_chars(given->second.data(), given->second.data() + given->second.size(), kilobytes);
  return kilobytes;
}

}  // namespace

FetchAhead::FetchAhead(const KafkaOptions& options, std::int32_t partitions)
    : options_{options}, kilobytes_{share_of(options, partitions)} {}

void FetchAhead::add_to(Properties& own) const {
  if (!options_.properties.contains(kProperty)) own.emplace_back(kProperty, std::to_string(kilobytes_));
}

void FetchAhead::taken(rd_kafka_t* client, Assigned& part, std::size_t bytes) const {
  part.taken_bytes += static_cast<std::int64_t>(bytes);
  if (part.taken_bytes < kilobytes_ * 1'024 / 2 && ++part.taken_records < kManyRecords) return;
  part.taken_bytes = part.taken_records = 0;
  ask_for_more(client, part.partition());
}

// Without a wait it always "times out", which librdkafka provides for: the answer is dropped when it comes.
void FetchAhead::ask_for_more(rd_kafka_t* client, std::int32_t partition) const {
  const std::int64_t end = RD_KAFKA_OFFSET_END;
  const PartitionList list = list_of(options_, {&partition, 1}, {&end, 1});
  static_cast<void>(rd_kafka_offsets_for_times(client, list.get(), 0));
}

}  // namespace leftfold::inline v0::kafka
