// SPDX-License-Identifier: Apache-2.0
// One projector's shadow, as a replay builds, compares and swaps it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <leftfold/event_store.h>
#include <leftfold/read_model.h>
#include <leftfold/replay.h>
#include <leftfold/shadow_tables.h>

#include "runtime/replay/gated_target.h"

namespace leftfold::inline v0::runtime {

/// One thread at a time; what it was given must outlive it.
class ShadowBuild {
 public:
  /// Opens the shadow: what an earlier replay of the same choice left, with ReplayOptions::resume, else an empty one.
  /// `ordered`: the store whose positions the checkpoints are; null: there is none. Throws as ReadModel::open_shadow.
  ShadowBuild(const TargetContext& context, ReadModel& live, std::string projector, EventStore* ordered);

  [[nodiscard]] ReadModel& model() { return shadow_->model(); }
  /// Where the first build ends: at the checkpoint of the tables in use, so that both can be compared; empty: nowhere.
  [[nodiscard]] std::optional<Position> ends_at() const noexcept { return ends_at_; }

  // `target` is the one that built it. Throw as Replay's functions of the same name.
  [[nodiscard]] ShadowComparison compare(GatedTarget& target, std::size_t most, const std::stop_token& stop);
  void swap(GatedTarget& target, const std::stop_token& stop);
  void discard() { shadow_->discard(); }

 private:
  [[nodiscard]] bool can_resume() const;
  void catch_up(GatedTarget& target, Position to, const std::stop_token& stop);
  void swap_at_once(GatedTarget& target, const std::stop_token& stop);
  [[noreturn]] void refuse_stopped() const;

  const TargetContext& context_;
  const std::string projector_;
  EventStore* const ordered_;
  std::unique_ptr<ShadowTables> shadow_;
  std::optional<Position> ends_at_;
};

}  // namespace leftfold::inline v0::runtime
