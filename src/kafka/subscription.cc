// SPDX-License-Identifier: Apache-2.0
#include "kafka/subscription.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "kafka/client_config.h"
#include "kafka/closing.h"
#include "kafka/failure.h"
#include "kafka/offsets.h"
#include "kafka/reading.h"
#include "kafka/record.h"

namespace leftfold::inline v0::kafka {
namespace {

// The consumer must be polled within max.poll.interval.ms, whatever else is waited for.
constexpr std::chrono::seconds kPollAtLeastEvery{1};

std::string group_for(const SubscriptionOptions& subscription) {
  if (subscription.name.empty()) {
    throw Error{Errc::invalid_argument, "subscribe: the subscription has no name; name it \"<group>.<handler>\""};
  }
  // librdkafka assigns partitions only to consumers that have a group; nobody ever joins this one.
  return subscription.kind == SubscriptionKind::local ? "leftfold-local" : kafka_group_of(subscription);
}

}  // namespace

KafkaSubscription::KafkaSubscription(const KafkaOptions& options, std::int32_t partitions,
                                     SubscriptionOptions subscription)
    : options_{options},
      subscription_{std::move(subscription)},
      group_{group_for(subscription_)},
      ahead_{options, partitions},
      metrics_{*options.metrics, subscription_.name} {
  // Only shared subscriptions keep their checkpoints here.
  const bool commits = subscription_.kind == SubscriptionKind::shared;
  Properties own{{"enable.auto.commit", commits ? "true" : "false"}};
  ahead_.add_to(own);
  Conf conf = client_config(options, Purpose::consumer, group_, own);
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_OFFSET_COMMIT);
  client_ = make_client(options, Purpose::consumer, std::move(conf));
  rd_kafka_poll_set_consumer(client_.get());
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  waker_.watch(events_.get());
  if (local()) {
    wanted_.resize(static_cast<std::size_t>(partitions));
    std::iota(wanted_.begin(), wanted_.end(), 0);
    state_ = Group::starting;
    return;
  }
  const PartitionList topics{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(topics.get(), options.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto error = rd_kafka_subscribe(client_.get(), topics.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw to_error(error, "subscribing " + group_ + " to " + options.topic);
}

// Stored checkpoints are committed, and the group told, so that others take over at once.
KafkaSubscription::~KafkaSubscription() {
  Waker::ignore(events_.get());
  if (state_ == Group::offered) keep_starts();
  parts_.clear();
  events_.reset();
  const auto error = close_consumer(std::move(client_), *options_.clock);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log(LogLevel::warn, "the consumer did not end cleanly", {{"cause", rd_kafka_err2str(error)}});
  }
}

Taken KafkaSubscription::take(std::size_t max, const std::stop_token& stop, Instant deadline) {
  if (failure_) throw *std::exchange(failure_, std::nullopt);
  if (state_ == Group::offered) begin_reading();
  if (state_ == Group::reading) seek_offered();
  Clock& clock = *options_.clock;
  for (;;) {
    const bool woken = waker_.begin();
    Taken taken;
    look(max, taken);
    metrics_.received.add(static_cast<double>(taken.events.size()));
    if (!taken.assigned.empty() || !taken.revoked.empty() || !taken.events.empty()) return taken;
    if (failure_) throw *std::exchange(failure_, std::nullopt);
    const Instant now = clock.instant();
    if (woken || stop.stop_requested() || now >= deadline) return taken;
    waker_.wait(clock, stop, std::min(deadline, now + kPollAtLeastEvery));
  }
}

void KafkaSubscription::look(std::size_t max, Taken& taken) {
  serve(taken);
  if (state_ == Group::starting) find_starts(taken);
  if (state_ == Group::reading && again_) begin_again(taken);
  if (!taken.assigned.empty() || !taken.revoked.empty()) return;  // first things first
  if (state_ == Group::reading && max > 0) read(max, taken);
}

// In turns, so that one busy partition does not keep the others out: each gets its share of the room, then what is
// left.
void KafkaSubscription::read(std::size_t max, Taken& taken) {
  const std::size_t parts = parts_.size();
  for (bool more = true; more && taken.events.size() < max;) {
    more = false;
    for (std::size_t i = 0; i < parts && taken.events.size() < max; ++i) {
      const std::size_t at = (first_ + i) % parts;
      const std::size_t share = (max - taken.events.size() + parts - i - 1) / (parts - i);
      if (read_from(parts_[at], share, taken)) more = true;
      if (taken.events.size() == max) first_ = at + 1;
    }
  }
}

// True when there may be more.
bool KafkaSubscription::read_from(Assigned& part, std::size_t max, Taken& taken) {
  if (part.state != Assigned::State::reading || part.held) return false;
  for (std::size_t i = 0; i < max;) {
    const Message message{rd_kafka_consume_queue(part.queue(), 0)};
    if (!message) return false;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      record_error(part, *message);
      if (failure_) return false;
      continue;
    }
    ahead_.taken(client_.get(), part, message->len + message->key_len);
    const Position position{message->offset + 1};
    if (position <= part.next) continue;
    add_to_page(taken.events, *message);
    part.next = position;
    ++i;
  }
  return true;
}

// Kept for the next take(): this one may have events already.
void KafkaSubscription::record_error(const Assigned& part, const rd_kafka_message_t& message) {
  const std::string where = "reading " + options_.topic + ", partition " + std::to_string(part.partition());
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    failure_ = Error{Errc::corrupt,
                     "Kafka, " + where + ": subscription " + subscription_.name + " is at offset " +
                         std::to_string(part.next.value()) +
                         ", which the topic does not hold: its events were deleted before they were handled, or the "
                         "topic was made anew; restore the events, or set the checkpoint where it may go on"};
    return;
  }
  const Error error = to_error(message.err, where, rd_kafka_message_errstr(&message));
  if (error.code() == Errc::unavailable || error.code() == Errc::not_found) {
    log(LogLevel::warn, "a partition cannot be read now", {{"cause", error.what()}});
  } else {
    failure_ = error;
  }
}

Assigned* KafkaSubscription::find(std::int32_t partition, std::int64_t epoch) noexcept {
  const auto at = std::find_if(parts_.begin(), parts_.end(), [&](const Assigned& part) {
    return part.partition() == partition && part.epoch == epoch && part.state != Assigned::State::again;
  });
  return at == parts_.end() ? nullptr : &*at;
}

void KafkaSubscription::seek(std::int32_t partition, std::int64_t epoch, Position done) {
  Assigned* const part = find(partition, epoch);
  if (part != nullptr && part->state == Assigned::State::offered) part->next = done;
}

void KafkaSubscription::hold(std::int32_t partition, std::int64_t epoch, bool on) {
  if (Assigned* const part = find(partition, epoch)) part->held = on;
}

bool KafkaSubscription::checkpoint(std::int32_t partition, std::int64_t epoch, Position done) {
  if (subscription_.kind != SubscriptionKind::shared) {
    throw Error{Errc::invalid_argument, "checkpoint: subscription " + subscription_.name +
                                            " keeps its checkpoint elsewhere or has none; use a shared one"};
  }
  Assigned* const part = find(partition, epoch);
  if (part == nullptr || rd_kafka_assignment_lost(client_.get()) != 0) return false;
  return store(*part, done);
}

void KafkaSubscription::release(std::int32_t partition, std::int64_t epoch) {
  Assigned* const part = find(partition, epoch);
  if (part == nullptr) return;
  if (state_ != Group::revoking) {
    part->state = Assigned::State::again;
    again_ = true;
    return;
  }
  parts_.erase(parts_.begin() + (part - parts_.data()));
  if (parts_.empty()) unassign();
}

std::unique_ptr<Subscription> open_subscription(const KafkaOptions& options, std::int32_t partitions,
                                                const SubscriptionOptions& subscription) {
  return std::make_unique<KafkaSubscription>(options, partitions, subscription);
}

}  // namespace leftfold::inline v0::kafka
