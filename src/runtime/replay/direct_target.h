// SPDX-License-Identifier: Apache-2.0
// A projector whose table is in memory, or one that gets chosen events on top of its tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include <leftfold/runner.h>

#include "runtime/replay/aggregate_order.h"
#include "runtime/replay/replay_target.h"

namespace leftfold::inline v0::runtime {

/// What becomes of an event that a projector could not handle: OnReplayError::stop throws HandlerFailed, skip counts
/// and logs. `subscription` names the projector.
void settle_failure(const TargetContext& context, ProjectorTally& tally, const std::string& subscription,
                    const RecordedEvent& event, const std::exception_ptr& thrown);

/// Calls `on` for each event that is chosen and whose aggregate is of this lane. reset() is the caller's.
class MemoryTarget final : public ReplayTarget {
 public:
  MemoryTarget(const TargetContext& context, const detail::HandlerEntry& entry, ProjectorTally& tally, std::size_t lane,
               std::size_t lanes)
      : context_{context}, entry_{entry}, tally_{tally}, lane_{lane}, lanes_{lanes}, order_{context} {}

  void handle(const ReplayPage& page, const std::stop_token& halt) override;

 private:
  [[nodiscard]] bool is_mine(const RecordedEvent& event) const;
  void one(const RecordedEvent& event, std::uint64_t& handled);

  const TargetContext& context_;
  const detail::HandlerEntry& entry_;
  ProjectorTally& tally_;
  const std::size_t lane_;
  const std::size_t lanes_;
  AggregateOrder order_;
};

/// Chosen events on top of the tables of a read model, whose checkpoint stays where it is. How far the replay is, is
/// part of its transactions, and gone when it is over.
class PartialTarget final : public ReplayTarget {
 public:
  PartialTarget(const TargetContext& context, const detail::HandlerEntry& entry, ProjectorTally& tally);

  void begin() override;
  [[nodiscard]] Position done() const override { return done_; }
  void handle(const ReplayPage& page, const std::stop_token& halt) override;
  void finish() override;

 private:
  void handle(std::vector<const RecordedEvent*>& events, const std::stop_token& halt);
  /// Of a transaction that handled events up to this one; no two have the same.
  [[nodiscard]] Position mark_of(const RecordedEvent& last) {
    return by_position_ ? last.position : Position{++commits_};
  }

  const TargetContext& context_;
  const detail::HandlerEntry& entry_;
  ProjectorTally& tally_;
  const bool by_position_;  // so that it can be resumed
  AggregateOrder order_;
  Position done_;
  std::int64_t commits_;  // of a source without positions, from any number on: marks its transactions
};

}  // namespace leftfold::inline v0::runtime
