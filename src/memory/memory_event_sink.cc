// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_event_sink.h>

#include <string>
#include <utility>

#include <leftfold/error.h>

#include "base/fnv.h"

namespace leftfold::inline v0 {

MemoryTopic::MemoryTopic(std::int32_t partitions) {
  if (partitions < 1) {
    throw Error{Errc::invalid_argument, "MemoryTopic: a topic of " + std::to_string(partitions) +
                                            " partitions holds nothing; give it at least one"};
  }
  partitions_.resize(static_cast<std::size_t>(partitions));
}

SinkReceipt MemoryTopic::add(const RecordedEvent& event) {
  const std::scoped_lock lock{mutex_};
  const std::size_t partition = base::fnv1a64(event.aggregate_id) % partitions_.size();
  EventCopy copy{event};
  copy.partition = static_cast<std::int32_t>(partition);
  copy.position = Position{static_cast<std::int64_t>(partitions_[partition].size()) + 1};
  SinkReceipt receipt{0, true, copy.partition, copy.position, {}};
  partitions_[partition].push_back(std::move(copy));
  return receipt;
}

std::vector<EventCopy> MemoryTopic::events() const {
  const std::scoped_lock lock{mutex_};
  std::vector<EventCopy> all;
  for (const auto& partition : partitions_) all.insert(all.end(), partition.begin(), partition.end());
  return all;
}

std::size_t MemoryTopic::size() const {
  const std::scoped_lock lock{mutex_};
  std::size_t size = 0;
  for (const auto& partition : partitions_) size += partition.size();
  return size;
}

MemoryEventSink::MemoryEventSink(MemoryTopic& topic, MemoryEventSinkOptions options)
    : topic_{topic}, options_{options} {
  if (options_.room == 0) {
    throw Error{Errc::invalid_argument, "MemoryEventSink: without room it takes no event; give it at least 1"};
  }
}

// [send]
std::uint64_t MemoryEventSink::send(const RecordedEvent& event) {
  if (closed_) throw Error{Errc::stopped, "MemoryEventSink: it is closed; open another one"};
  const std::size_t bytes =
      event.aggregate_id.size() + event.type.size() + event.payload.size() + event.metadata.size();
  if (bytes > options_.max_event_bytes) {
    throw Error{Errc::invalid_argument,
                "MemoryEventSink: event " + std::to_string(event.version.value()) + " (" + std::string{event.type} +
                    ") of aggregate " + std::string{event.aggregate_id} + " has " + std::to_string(bytes) +
                    " bytes, max_event_bytes is " + std::to_string(options_.max_event_bytes) + "; raise it"};
  }
  if (due_.size() >= options_.room) return 0;
  due_.reserve(due_.size() + 1);  // before the topic has it: a failure must leave nothing behind
  due_.push_back(topic_.add(event));
  due_.back().ticket = ++last_ticket_;
  return last_ticket_;
}
// [/send]

// [receipts]
std::vector<SinkReceipt> MemoryEventSink::receipts(const std::stop_token& stop, Instant deadline) {
  std::unique_lock lock{mutex_};
  // Only this thread sends, so nothing but the end of the wait can come while it waits.
  if (due_.empty() && !closed_) {
    options_.clock->wait_until(lock, changed_, stop, deadline, [this] { return woken_; });
  }
  woken_ = false;
  return std::exchange(due_, {});
}
// [/receipts]

void MemoryEventSink::wake() noexcept {
  const std::scoped_lock lock{mutex_};
  woken_ = true;
  changed_.notify_all();
}

std::vector<SinkReceipt> MemoryEventSink::close(Instant) {
  closed_ = true;
  return std::exchange(due_, {});
}

}  // namespace leftfold::inline v0
