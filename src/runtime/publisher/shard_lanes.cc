// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/shard_lanes.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {

ShardLanes::ShardLanes(ChangeStream& changes, ReadingPace pace, Clock& clock, Logger& log, std::function<void()> filled)
    : changes_{changes}, pace_{pace}, clock_{clock}, log_{log}, queue_{clock, std::move(filled)} {}

ShardLanes::~ShardLanes() { stop_reading(); }

void ShardLanes::add(const Hold& hold) {
  ShardLane shard;
  shard.hold = hold;
  shard.place = shard.told = hold.checkpoint;
  shards_.insert_or_assign(hold.lease, std::move(shard));
}

void ShardLanes::remove(const std::string& lease, std::int64_t number, Resequencer* session) {
  const auto at = shards_.find(lease);
  if (at == shards_.end() || at->second.hold.number != number) return;
  retire(std::move(at->second.reading));
  if (session != nullptr && at->second.lane != nullptr) session->close_lane(*at->second.lane);
  shards_.erase(at);
}

void ShardLanes::open(Resequencer& session) {
  for (auto& [lease, shard] : shards_) {
    if (shard.lane != nullptr) continue;
    shard.lane = &session.open_lane();
    read(shard, shard.place);
  }
}

void ShardLanes::open_from_oldest(ShardLane& shard, Resequencer& session) {
  retire(std::move(shard.reading));
  session.close_lane(*shard.lane);
  shard.place.clear();
  shard.lane = &session.open_lane();
  read(shard, {});
}

void ShardLanes::read(ShardLane& shard, std::string after) {
  shard.ended = false;
  ShardReading::Where where{*shard.hold.shard, std::move(after), shard.hold.closed};
  shard.reading =
      std::make_unique<ShardReading>(++last_reading_, changes_, std::move(where), pace_, queue_, clock_, log_);
}

void ShardLanes::close() {
  for (auto& [lease, shard] : shards_) {
    retire(std::move(shard.reading));
    if (shard.lane != nullptr && !shard.lane->done().empty()) shard.place = shard.lane->done();
    shard.lane = nullptr;
    shard.ended = false;
  }
}

void ShardLanes::stop_reading() {
  for (auto& [lease, shard] : shards_) retire(std::move(shard.reading));
}

void ShardLanes::retire(std::unique_ptr<ShardReading> reading) {
  std::erase_if(retired_, [](const auto& one) { return one->ended(); });
  if (!reading) return;
  reading->stop();
  queue_.drop(reading->number());
  if (!reading->ended()) retired_.push_back(std::move(reading));
}

std::vector<HoldProgress> ShardLanes::progress(Resequencer& session) {
  std::vector<HoldProgress> news;
  for (auto at = shards_.begin(); at != shards_.end();) {
    ShardLane& shard = at->second;
    if (shard.lane != nullptr && !shard.lane->done().empty()) shard.place = shard.lane->done();
    const bool finished = shard.ended && shard.lane != nullptr && shard.lane->open() == 0;
    // Parents come first because that saves reading back, so it need not be exact whose event it is that is blocked.
    const bool held_up = shard.ended && !finished && session.counts().blocked > 0;
    const bool passed = std::exchange(shard.held_up, held_up) && held_up && !shard.note.ends_with(kReadToEnd);
    if (passed) shard.note.append(shard.note.empty() ? "" : "; ").append(kReadToEnd);
    // An empty place is no news: after a loss it would hide from the next owner that there was one.
    const bool moved = shard.place != shard.told && !shard.place.empty();
    if (moved) shard.told = shard.place;
    if (finished || moved || passed) news.push_back({at->first, shard.hold.number, shard.told, finished, shard.note});
    if (finished) {
      retire(std::move(shard.reading));
      session.close_lane(*shard.lane);
      at = shards_.erase(at);
    } else {
      ++at;
    }
  }
  return news;
}

ShardLane* ShardLanes::of_reading(std::int64_t number) {
  for (auto& [lease, shard] : shards_) {
    if (shard.reading && shard.reading->number() == number) return &shard;
  }
  return nullptr;
}

std::size_t ShardLanes::open_changes() const {
  std::size_t open = 0;
  for (const auto& [lease, shard] : shards_) open += shard.lane == nullptr ? 0 : shard.lane->open();
  return open;
}

bool ShardLanes::any_finished() const {
  return std::any_of(shards_.begin(), shards_.end(), [](const auto& shard) {
    return shard.second.ended && shard.second.lane != nullptr && shard.second.lane->open() == 0;
  });
}

}  // namespace leftfold::inline v0::runtime
