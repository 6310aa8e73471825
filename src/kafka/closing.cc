// SPDX-License-Identifier: Apache-2.0
#include "kafka/closing.h"

#include <chrono>

namespace leftfold::inline v0::kafka {
namespace {

// A commit and a leave, each a round trip: enough for a network of four seconds there and back.
constexpr std::chrono::seconds kWithin{10};
constexpr int kPollMs = 100;

}  // namespace

// rd_kafka_consumer_close() would wait for as long as its requests may take, which is minutes when a network swallows
// them: so the form that can be given up, and then a destruction that does not close once more.
rd_kafka_resp_err_t close_consumer(Client client, Clock& clock) noexcept {
  const Queue queue{rd_kafka_queue_new(client.get())};
  const Instant deadline = clock.instant() + kWithin;
  const KafkaError refused{rd_kafka_consumer_close_queue(client.get(), queue.get())};
  if (refused != nullptr) return rd_kafka_error_code(refused.get());
  while (rd_kafka_consumer_closed(client.get()) == 0 && clock.instant() < deadline) {
    const Event event{rd_kafka_queue_poll(queue.get(), kPollMs)};
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) rd_kafka_assign(client.get(), nullptr);
  }
  if (rd_kafka_consumer_closed(client.get()) != 0) return RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_destroy_flags(client.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace leftfold::inline v0::kafka
