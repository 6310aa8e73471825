// SPDX-License-Identifier: Apache-2.0
// The part of KafkaSubscription that answers the group: which partitions come, where they start, which go.
#include <algorithm>
#include <atomic>
#include <utility>

#include "kafka/failure.h"
#include "kafka/offsets.h"
#include "kafka/subscription.h"

namespace leftfold::inline v0::kafka {
namespace {

// Epochs grow over all assignments of this process, and with the wall clock over processes.
std::int64_t next_epoch(Clock& clock) {
  static std::atomic<std::int64_t> last{0};
  const std::int64_t now = std::chrono::microseconds{clock.now().time_since_epoch()}.count();
  std::int64_t before = last.load();
  std::int64_t next = 0;
  do next = std::max(before + 1, now);
  while (!last.compare_exchange_weak(before, next));
  return next;
}

}  // namespace

void KafkaSubscription::serve(Taken& taken) {
  // Outside the group for good: the last handler of a lost partition must not seem to finish anything.
  if (state_ == Group::revoking && rd_kafka_assignment_lost(client_.get()) != 0) report_lost(taken);
  while (const Event event{rd_kafka_queue_poll(events_.get(), 0)}) {
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_REBALANCE: rebalance(*event, taken); break;
      case RD_KAFKA_EVENT_ERROR: consumer_error(*event); break;
      case RD_KAFKA_EVENT_OFFSET_COMMIT: note_commit(rd_kafka_event_error(event.get())); break;
      default: break;
    }
    if (!taken.revoked.empty()) return;  // the next event may be an assignment of the same partitions
  }
}

// Once an outage: when it ends, all that were tried meanwhile are refused together.
void KafkaSubscription::note_commit(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) metrics_.refused.add();
  if (error == std::exchange(commit_error_, error) || error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  log(LogLevel::warn, "checkpoints were not committed; librdkafka tries again with the next ones",
      {{"cause", rd_kafka_err2str(error)}});
}

void KafkaSubscription::rebalance(rd_kafka_event_t& event, Taken& taken) {
  const rd_kafka_topic_partition_list_t* const list = rd_kafka_event_topic_partition_list(&event);
  if (rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    wanted_.clear();
    for (int i = 0; i < list->cnt; ++i) wanted_.push_back(list->elems[i].partition);
    state_ = Group::starting;
    metrics_.assigned.add();
    return;
  }
  if (rd_kafka_assignment_lost(client_.get()) != 0) {
    report_lost(taken);
    return;
  }
  std::erase_if(parts_, [](const Assigned& part) { return part.state == Assigned::State::again; });
  for (Assigned& part : parts_) {
    part.state = Assigned::State::revoked;
    taken.revoked.push_back({part.partition(), part.epoch, false});
  }
  again_ = false;
  state_ = Group::revoking;
  metrics_.revoked.add();
  if (parts_.empty()) unassign();
}

// A partition that changed hands while this process had it: another one may read it already.
void KafkaSubscription::report_lost(Taken& taken) {
  metrics_.lost.add();
  for (const Assigned& part : parts_) taken.revoked.push_back({part.partition(), part.epoch, true});
  unassign();
}

void KafkaSubscription::unassign() {
  parts_.clear();  // their queues, before librdkafka uses them again
  again_ = false;
  state_ = Group::none;
  const auto error = rd_kafka_assign(client_.get(), nullptr);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  // Nothing to do about it: the group takes them when the session ends. What goes has to be reported either way.
  log(LogLevel::error, "the partitions were not given back", {{"cause", rd_kafka_err2str(error)}});
}

void KafkaSubscription::consumer_error(rd_kafka_event_t& event) {
  const auto code = rd_kafka_event_error(&event);
  const char* const words = rd_kafka_event_error_string(&event);
  if (rd_kafka_event_error_is_fatal(&event) != 0) {
    throw Error{Errc::fenced, "Kafka, group " + group_ + ": " + words +
                                  "; another member uses the same group.instance.id: give each process its own"};
  }
  const Error error = to_error(code, "group " + group_, words);
  if (error.code() == Errc::permission_denied || error.code() == Errc::invalid_config) throw error;
  if (code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
    log(LogLevel::error, "nothing was taken for too long, so the group gave the partitions to others",
        {{"cause", words}});
    return;
  }
  // Brokers that do not answer, a topic that is gone: librdkafka goes on by itself, and says so when it lasts.
  log(LogLevel::warn, "the brokers are in trouble", {{"cause", error.what()}});
}

// Where each partition begins is decided here and not by librdkafka, so that it can be reported before the first event,
// and a checkpoint that the topic does not hold any more is an error and no silent reset.
void KafkaSubscription::find_starts(Taken& taken) {
  if (wanted_.empty()) {
    begin_reading();
    return;
  }
  const std::vector<Bounds> bounds = bounds_of(client_.get(), options_, wanted_);
  std::vector<std::optional<std::int64_t>> committed(wanted_.size());
  if (subscription_.kind == SubscriptionKind::shared) committed = committed_of(client_.get(), options_, wanted_);
  parts_.clear();
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (committed[i] && *committed[i] < bounds[i].low) {
      throw Error{Errc::corrupt,
                  "Kafka, topic " + options_.topic + ", partition " + std::to_string(wanted_[i]) + ": group " + group_ +
                      " is at offset " + std::to_string(*committed[i]) + ", but the oldest record is at " +
                      std::to_string(bounds[i].low) +
                      ": events were deleted before they were handled; restore them, or set the group's offset where "
                      "it may go on, and give the topic a longer retention"};
    }
    Assigned& part = parts_.emplace_back(client_.get(), options_.topic.c_str(), wanted_[i], waker_);
    const bool latest = subscription_.start == StartFrom::latest;
    part.checkpoint = Position{committed[i].value_or(latest ? bounds[i].high : bounds[i].low)};
    // Where it starts is decided once: what is published before the first checkpoint must not be missed.
    part.unsaved = subscription_.kind == SubscriptionKind::shared && !committed[i];
    offer(part, taken);
  }
  state_ = Group::offered;
}

void KafkaSubscription::offer(Assigned& part, Taken& taken) {
  part.state = Assigned::State::offered;
  part.epoch = next_epoch(*options_.clock);
  part.next = part.checkpoint;
  part.held = false;
  taken.assigned.push_back({part.partition(), part.epoch, part.checkpoint});
}

void KafkaSubscription::begin_reading() {
  std::vector<std::int32_t> partitions;
  std::vector<std::int64_t> offsets;
  for (const Assigned& part : parts_) {
    partitions.push_back(part.partition());
    offsets.push_back(part.next.value());
  }
  const PartitionList list = list_of(options_, partitions, offsets);
  const auto error = rd_kafka_assign(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw to_error(error, "starting to read for " + group_);
  state_ = Group::reading;
  first_ = 0;
  for (Assigned& part : parts_) {
    if (part.state == Assigned::State::offered) part.state = Assigned::State::reading;
    if (part.unsaved) static_cast<void>(store(part, part.checkpoint));
  }
}

// Of an assignment that ends before the first take(): where it starts is decided, and only librdkafka's owner may
// store.
void KafkaSubscription::keep_starts() noexcept {
  try {
    begin_reading();
  } catch (const std::exception& e) {
    log(LogLevel::warn, "where the subscription starts was not stored; it is decided again", {{"cause", e.what()}});
  }
}

// Partitions that were given back although the group leaves them here.
void KafkaSubscription::begin_again(Taken& taken) {
  again_ = false;
  for (Assigned& part : parts_) {
    if (part.state == Assigned::State::again) offer(part, taken);
  }
}

// The same as begin_reading() for single partitions: the others are being read.
void KafkaSubscription::seek_offered() {
  std::vector<std::int32_t> partitions;
  std::vector<std::int64_t> offsets;
  for (const Assigned& part : parts_) {
    if (part.state != Assigned::State::offered) continue;
    partitions.push_back(part.partition());
    offsets.push_back(part.next.value());
  }
  if (partitions.empty()) return;
  const PartitionList list = list_of(options_, partitions, offsets);
  const KafkaError error{rd_kafka_seek_partitions(client_.get(), list.get(), static_cast<int>(kAnswerWithin.count()))};
  if (error)
    throw to_error(rd_kafka_error_code(error.get()), "reading again for " + group_, rd_kafka_error_string(error.get()));
  for (int i = 0; i < list->cnt; ++i) {
    const auto code = list->elems[i].err;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw to_error(code, "reading again for " + group_);
  }
  for (Assigned& part : parts_) {
    if (part.state == Assigned::State::offered) part.state = Assigned::State::reading;
  }
}

bool KafkaSubscription::store(Assigned& part, Position done) {
  part.checkpoint = done;
  part.unsaved = true;
  if (part.state == Assigned::State::offered && state_ == Group::offered) return true;  // with begin_reading()
  const std::int32_t partition = part.partition();
  const std::int64_t offset = done.value();
  const PartitionList list = list_of(options_, {&partition, 1}, {&offset, 1});
  const auto error = rd_kafka_offsets_store(client_.get(), list.get());
  if (error == RD_KAFKA_RESP_ERR__STATE || list->elems[0].err == RD_KAFKA_RESP_ERR__STATE) return false;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw to_error(error, "storing a checkpoint of " + group_);
  part.unsaved = false;
  return true;
}

void KafkaSubscription::log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  options_.log->log(level, subscription_.name, message, fields);
}

}  // namespace leftfold::inline v0::kafka
