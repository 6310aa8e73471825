// SPDX-License-Identifier: Apache-2.0
// A partition while a subscription has it.
#pragma once

#include <cstdint>

#include <leftfold/event_page.h>

#include "kafka/handles.h"
#include "kafka/waker.h"

namespace leftfold::inline v0::kafka {

/// One assignment of a partition, with the queue its records come in. One thread at a time.
class Assigned {
 public:
  /// Takes the partition's queue for itself: from now on its records come nowhere else. Before rd_kafka_assign().
  Assigned(rd_kafka_t* client, const char* topic, std::int32_t partition, Waker& waker)
      : partition_{partition}, queue_{rd_kafka_queue_get_partition(client, topic, partition)} {
    if (!queue_) return;
    rd_kafka_queue_forward(queue_.get(), nullptr);
    waker.watch(queue_.get());
  }
  Assigned(Assigned&&) noexcept = default;
  Assigned& operator=(Assigned&&) noexcept = default;
  Assigned(const Assigned&) = delete;
  Assigned& operator=(const Assigned&) = delete;
  ~Assigned() {
    if (queue_) Waker::ignore(queue_.get());
  }

  [[nodiscard]] std::int32_t partition() const noexcept { return partition_; }
  [[nodiscard]] rd_kafka_queue_t* queue() const noexcept { return queue_.get(); }

  /// Where an assignment stands. Offsets are those of the next record, which is the position of the one before.
  enum class State {
    offered,  // reported; its records begin with the next take(), so that seek() can come first
    reading,  // records come
    revoked,  // to be released
    again,    // was given back although the group left it here: to be reported anew
  };
  State state = State::offered;
  std::int64_t epoch = 0;
  Position next;         // the last record taken, or where it is to begin
  Position checkpoint;   // what is known to be done
  bool unsaved = false;  // the checkpoint is not stored at librdkafka yet
  bool held = false;
  std::int64_t taken_bytes = 0;  // since librdkafka was told of room
  std::int64_t taken_records = 0;

 private:
  std::int32_t partition_;
  Queue queue_;
};

}  // namespace leftfold::inline v0::kafka
