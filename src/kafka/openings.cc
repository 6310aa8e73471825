// SPDX-License-Identifier: Apache-2.0
#include "kafka/openings.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

namespace leftfold::inline v0::kafka {
namespace {

constexpr std::chrono::hours kRemembered{1};

}  // namespace

std::size_t Openings::door_of(std::string_view key) const {
  const auto partitions = static_cast<std::int32_t>(doors_.size() - 1);
  if (partitions == 0) return 0;
  // It looks at nothing but the key.
  return static_cast<std::size_t>(
      rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), partitions, nullptr, nullptr));
}

bool Openings::is_open(const Door& door, Instant now) {
  return door.acknowledged && now - *door.acknowledged < kRemembered;
}

void Openings::open_with(std::size_t door, std::uint64_t ticket) {
  openers_.emplace(ticket, door);
  doors_[door].opening = true;
}

void Openings::set_partitions(std::int32_t count) {
  const std::size_t before = doors_.size() - 1;
  const auto after = static_cast<std::size_t>(std::max(count, 0));
  if (after == before) return;
  std::vector<HeldBack> waiting;
  for (Door& door : doors_) {
    std::move(door.waiting.begin(), door.waiting.end(), std::back_inserter(waiting));
    door.waiting.clear();
  }
  std::sort(waiting.begin(), waiting.end(),
            [](const HeldBack& one, const HeldBack& other) { return one.ticket < other.ticket; });
  doors_.pop_back();  // that of unknown partitions
  doors_.resize(after + 1);
  std::map<std::uint64_t, std::size_t> openers;
  openers.swap(openers_);
  for (const auto& [ticket, door] : openers) {
    const std::size_t now_at = door == before ? door_of(first_key_) : door;
    if (now_at < after) open_with(now_at, ticket);
  }
  ready_.clear();
  for (std::size_t door = 0; door < doors_.size(); ++door) ready_.push_back(door);
  for (HeldBack& event : waiting) hold(std::move(event));
}

bool Openings::may_go(std::string_view key, std::uint64_t ticket, Instant now) {
  const std::size_t at = door_of(key);
  Door& door = doors_[at];
  if (door.opening || !door.waiting.empty()) return false;
  if (is_open(door, now)) return true;
  if (at + 1 == doors_.size()) first_key_ = key;
  open_with(at, ticket);
  return true;
}

void Openings::hold(HeldBack event) {
  Door& door = doors_[door_of(event.key)];
  door.waiting.push_back(std::move(event));
}

void Openings::take_back(std::uint64_t ticket) noexcept {
  const auto at = openers_.find(ticket);
  if (at == openers_.end()) return;
  doors_[at->second].opening = false;
  openers_.erase(at);
}

void Openings::acknowledged(std::uint64_t ticket, std::int32_t partition, Instant now) {
  if (partition >= 0 && static_cast<std::size_t>(partition) + 1 < doors_.size()) {
    doors_[static_cast<std::size_t>(partition)].acknowledged = now;
  }
  if (openers_.empty()) return;
  const auto at = openers_.find(ticket);
  if (at == openers_.end()) return;
  doors_[at->second].opening = false;
  ready_.push_back(at->second);
  openers_.erase(at);
}

HeldBack* Openings::next() {
  while (!ready_.empty()) {
    Door& door = doors_[ready_.front()];
    if (!door.opening && !door.waiting.empty()) return &door.waiting.front();
    ready_.pop_front();
  }
  return nullptr;
}

void Openings::sent_next(Instant now) {
  const std::size_t at = ready_.front();
  Door& door = doors_[at];
  const std::uint64_t ticket = door.waiting.front().ticket;
  if (!is_open(door, now)) {
    if (at + 1 == doors_.size()) first_key_ = door.waiting.front().key;
    open_with(at, ticket);
  }
  door.waiting.pop_front();
}

std::vector<std::uint64_t> Openings::give_up() {
  std::vector<std::uint64_t> tickets;
  for (Door& door : doors_) {
    for (const HeldBack& event : door.waiting) tickets.push_back(event.ticket);
    door.waiting.clear();
  }
  return tickets;
}

}  // namespace leftfold::inline v0::kafka
