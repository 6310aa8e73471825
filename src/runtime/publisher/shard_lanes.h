// SPDX-License-Identifier: Apache-2.0
// The shards that this process holds, and how far each one is.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>
#include <leftfold/log.h>

#include "runtime/publisher/hold.h"
#include "runtime/publisher/page_queue.h"
#include "runtime/publisher/shard_reading.h"
#include "runtime/resequencer.h"

namespace leftfold::inline v0::runtime {

/// One shard that is held. Plain value.
struct ShardLane {
  Hold hold;
  std::string place;  ///< what is settled: where to read on after a failure
  std::string told;   ///< what the keeper was told last
  std::string note;
  ChangeLane* lane = nullptr;  ///< of the session
  std::unique_ptr<ShardReading> reading;
  bool ended = false;    ///< everything of it was taken
  bool late = false;     ///< that it is far behind was said
  bool held_up = false;  ///< it was ended when progress() looked last, and something blocked
  std::chrono::milliseconds behind{};
};

/// Opens and ends the readings and lanes of shards. A read in progress is not waited for: its thread ends beside the
/// others. One thread at a time.
class ShardLanes {
 public:
  ShardLanes(ChangeStream& changes, ReadingPace pace, Clock& clock, Logger& log, std::function<void()> filled);
  ~ShardLanes();

  void add(const Hold& hold);
  /// The lane's changes are still sent, and no longer noted.
  void remove(const std::string& lease, std::int64_t number, Resequencer* session);

  /// Opens a lane and a reading for each shard without.
  void open(Resequencer& session);
  /// As open(), but from the shard's oldest record on: what was before is lost.
  void open_from_oldest(ShardLane& shard, Resequencer& session);
  /// Ends all readings and forgets the lanes, with the session that they belong to; places stay.
  void close();
  /// Ends all readings; the lanes go on.
  void stop_reading();

  /// Looks how far the lanes are. Returns what is new to the keeper; finished ones are removed.
  [[nodiscard]] std::vector<HoldProgress> progress(Resequencer& session);

  [[nodiscard]] PageQueue& queue() noexcept { return queue_; }
  [[nodiscard]] ShardLane* of_reading(std::int64_t number);
  [[nodiscard]] std::map<std::string, ShardLane>& all() noexcept { return shards_; }
  /// Changes taken and not settled.
  [[nodiscard]] std::size_t open_changes() const;
  /// A shard was taken to its end.
  [[nodiscard]] bool any_finished() const;

 private:
  void read(ShardLane& shard, std::string after);
  void retire(std::unique_ptr<ShardReading> reading);

  ChangeStream& changes_;
  const ReadingPace pace_;
  Clock& clock_;
  Logger& log_;
  PageQueue queue_;
  std::int64_t last_reading_ = 0;
  std::map<std::string, ShardLane> shards_;             // by lease
  std::vector<std::unique_ptr<ShardReading>> retired_;  // until their threads have ended
};

}  // namespace leftfold::inline v0::runtime
