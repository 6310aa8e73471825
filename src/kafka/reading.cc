// SPDX-License-Identifier: Apache-2.0
#include "kafka/reading.h"

#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kafka/client_config.h"
#include "kafka/failure.h"
#include "kafka/offsets.h"

namespace leftfold::inline v0::kafka {
namespace {

// Of the group of `client`. When it may not be asked for, librdkafka asks until the time is over, and its consumer has
// the reason.
std::vector<std::optional<std::int64_t>> committed_by(const Client& client, const KafkaOptions& options,
                                                      const std::string& group,
                                                      std::span<const std::int32_t> partitions) {
  try {
    return committed_of(client.get(), options, partitions);
  } catch (const Error&) {
    while (const Message told{rd_kafka_consumer_poll(client.get(), 0)}) {
      const Error error = to_error(told->err, "group " + group, rd_kafka_message_errstr(told.get()));
      if (error.code() == Errc::permission_denied) throw error;
    }
    throw;
  }
}

}  // namespace

Position read_head(rd_kafka_t* client, const KafkaOptions& options, std::int32_t partition) {
  return Position{bounds_of(client, options, {&partition, 1}).front().high};
}

Position read_checkpoint(const KafkaOptions& options, std::string_view group, std::int32_t partition) {
  const std::string name{group};
  // A client that asks for a group's offsets belongs to that group, but does not join it.
  const Client client = make_client(options, Purpose::consumer, client_config(options, Purpose::consumer, name));
  return Position{committed_by(client, options, name, {&partition, 1}).front().value_or(0)};
}

std::vector<Progress> read_progress(const KafkaOptions& options, std::string_view group, std::int32_t partitions) {
  const std::string name{group};
  const Client client = make_client(options, Purpose::consumer, client_config(options, Purpose::consumer, name));
  std::vector<std::int32_t> all(static_cast<std::size_t>(partitions));
  std::iota(all.begin(), all.end(), 0);
  const std::vector<std::optional<std::int64_t>> committed = committed_by(client, options, name, all);
  const std::vector<Bounds> bounds = bounds_of(client.get(), options, all);
  std::vector<Progress> progress;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Progress& each = progress.emplace_back(Progress{{}, Position{bounds[i].low}, Position{bounds[i].high}});
    if (committed[i]) each.done = Position{*committed[i]};
  }
  return progress;
}

}  // namespace leftfold::inline v0::kafka
