// SPDX-License-Identifier: Apache-2.0
// Which aggregates of a projector have a row in its read model, and what becomes of the rows with each commit.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/read_model.h>

#include "runtime/delivery.h"
#include "runtime/failure_handling.h"

namespace leftfold::inline v0::detail {

/// What a projector's process remembers of the rows: enough that an aggregate without one costs no look-up. It may
/// remember one that is gone, never the other way round, as whoever makes one moves the checkpoint or the count of
/// changes. One thread.
class ProjectionRows {
 public:
  [[nodiscard]] bool any() const noexcept { return !gated_.empty(); }
  /// Whether an event of the aggregate may be in the tables although the checkpoint does not say so. Those that this
  /// process handled above the checkpoint it remembers itself.
  [[nodiscard]] bool has(std::string_view aggregate) const { return gated_.find(aggregate) != gated_.end(); }
  /// Takes over all rows as they stand in the read model. Those of `partition` may be somebody else's by now.
  void learn(const std::vector<HandledVersion>& rows, std::int32_t partition);
  /// The partition went away: its rows count like those of others.
  void forget(std::int32_t partition);

  class Update;

 private:
  using Beside = std::map<std::string, Position, std::less<>>;

  std::set<std::string, std::less<>> gated_;  // with a row, save those in beside_
  std::map<std::int32_t, Beside> beside_;     // by partition: with a row, and the last event above the checkpoint
};

/// The rows of one commit of one partition, whose checkpoint will be `done`. apply() when it is committed, or nothing.
class ProjectionRows::Update {
 public:
  Update(ProjectionRows& rows, ReadModelTransaction& transaction, std::string_view projector, std::int32_t partition,
         Position done);

  /// For each finished event, in order.
  void finished(const Delivery& delivery, const FailureHandling& failures);
  /// After the last one: forgets what the checkpoint says again, as far as the transaction has room. What is left is
  /// true until the next event of the aggregate, with which it goes.
  void finish();
  [[nodiscard]] bool changed() const noexcept { return changed_; }
  void apply();

 private:
  void set(std::string_view aggregate, Version version);
  void forget(std::string_view aggregate);
  void parked(std::string_view aggregate, Version before);
  void handled(std::string_view aggregate, Version version, Position position, bool may_be_parked);

  ProjectionRows& rows_;
  ReadModelTransaction& transaction_;
  const std::string projector_;
  const std::int32_t partition_;
  const Position done_;
  std::set<std::string, std::less<>> gated_;  // new ones
  std::set<std::string, std::less<>> gone_;
  Beside beside_;  // as it will be
  bool changed_ = false;
};

}  // namespace leftfold::inline v0::detail
