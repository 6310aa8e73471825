#include "kafka/reading.h"

#include <string>

#include "kafka/client_config.h"
#include "kafka/offsets.h"

namespace leftfold::kafka {

Position read_head(rd_kafka_t* client, const KafkaOptions& options, std::int32_t partition) {
  return Position{bounds_of(client, options, {&partition, 1}).front().high};
}

Position read_checkpoint(const KafkaOptions& options, std::string_view group, std::int32_t partition) {
  const std::string name{group};
  // A client that asks for a group's offsets belongs to that group, but does not join it.
  const Client client = make_client(options, Purpose::consumer, client_config(options, Purpose::consumer, name));
  return Position{committed_of(client.get(), options, {&partition, 1}).front().value_or(0)};
}

}  // namespace leftfold::kafka
