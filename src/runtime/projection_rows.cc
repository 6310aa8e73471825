// SPDX-License-Identifier: Apache-2.0
#include "runtime/projection_rows.h"

#include <optional>
#include <utility>

#include "runtime/gate_key.h"

namespace leftfold::inline v0::detail {

void ProjectionRows::learn(const std::vector<HandledVersion>& rows, std::int32_t partition) {
  beside_.erase(partition);
  gated_.clear();
  for (const HandledVersion& row : rows) {
    bool ours = row.aggregate_id.empty();  // counts changes
    for (const auto& [other, beside] : beside_) ours = ours || beside.contains(row.aggregate_id);
    if (!ours) gated_.insert(row.aggregate_id);
  }
}

void ProjectionRows::forget(std::int32_t partition) {
  const auto at = beside_.find(partition);
  if (at == beside_.end()) return;
  for (const auto& [aggregate, position] : at->second) gated_.insert(aggregate);
  beside_.erase(at);
}

ProjectionRows::Update::Update(ProjectionRows& rows, ReadModelTransaction& transaction, std::string_view projector,
                               std::int32_t partition, Position done)
    : rows_{rows}, transaction_{transaction}, projector_{projector}, partition_{partition}, done_{done} {
  const auto at = rows.beside_.find(partition);
  if (at != rows.beside_.end()) beside_ = at->second;
}

void ProjectionRows::Update::set(std::string_view aggregate, Version version) {
  transaction_.set_handled(projector_, aggregate, version);
  if (const auto at = gone_.find(aggregate); at != gone_.end()) gone_.erase(at);
  changed_ = true;
}

void ProjectionRows::Update::forget(std::string_view aggregate) {
  transaction_.forget_handled(projector_, aggregate);
  changed_ = true;
}

void ProjectionRows::Update::finished(const Delivery& delivery, const FailureHandling& failures) {
  if (delivery.outcome == Delivery::Outcome::passed || delivery.outcome == Delivery::Outcome::repeated) return;
  const RecordedEvent& event = *delivery.event;
  const GateKey gate{event};
  if (delivery.outcome != Delivery::Outcome::parked) {
    return handled(gate.aggregate(), gate.version(), event.position, failures.may_be_parked(event.aggregate_id));
  }
  // Everything before the first one that was parked is in the tables; behind others the row says so already.
  if (event.type != kUnreadable) {
    parked(gate.aggregate(), delivery.reached.value_or(gate.before()));
    return;
  }
  parked(gate.aggregate(), gate.before());
  // Whatever version it had, that one may come again, and then it comes before its followers: a row made from them
  // would say that it is in the tables.
  parked(event.aggregate_id, delivery.reached.value_or(Version::none()));
}

void ProjectionRows::Update::parked(std::string_view aggregate, Version before) {
  if (!transaction_.handled(projector_, aggregate)) set(aggregate, before);
  changed_ = true;  // others must learn that it is parked, also when the row stays as it is
  gated_.emplace(aggregate);
  if (const auto at = beside_.find(aggregate); at != beside_.end()) beside_.erase(at);
}

void ProjectionRows::Update::handled(std::string_view aggregate, Version version, Position position,
                                     bool may_be_parked) {
  const auto beside = beside_.find(aggregate);
  const bool gated = rows_.has(aggregate) || gated_.find(aggregate) != gated_.end();
  const bool above = position > done_;
  if (!above && !gated && beside == beside_.end()) return;
  std::optional<Version> row;
  if (gated || beside != beside_.end()) row = transaction_.handled(projector_, aggregate);
  if (row && *row > version) return;  // it is ahead: read again after a crash
  if (above) {
    if (row != version) set(aggregate, version);
    if (!gated) beside_.insert_or_assign(std::string{aggregate}, position);
  } else if (may_be_parked) {
    if (row != version) set(aggregate, version);
  } else if (row) {
    forget(aggregate);
    if (gated) gone_.emplace(aggregate);
    if (beside != beside_.end()) beside_.erase(beside);
    // Nothing of it is parked, so no record without a version either.
    if (const std::string other = GateKey::without_version(aggregate, partition_); rows_.has(other)) {
      forget(other);
      gone_.emplace(other);
    }
  }
}

void ProjectionRows::Update::finish() {
  for (auto at = beside_.begin(); at != beside_.end();) {
    if (at->second > done_) {
      ++at;
    } else {
      if (transaction_.full()) {
        gated_.emplace(at->first);
      } else {
        forget(at->first);
      }
      at = beside_.erase(at);
    }
  }
}

void ProjectionRows::Update::apply() {
  for (const std::string& aggregate : gone_) rows_.gated_.erase(aggregate);
  rows_.gated_.merge(gated_);
  if (beside_.empty()) {
    rows_.beside_.erase(partition_);
  } else {
    rows_.beside_.insert_or_assign(partition_, std::move(beside_));
  }
}

}  // namespace leftfold::inline v0::detail
