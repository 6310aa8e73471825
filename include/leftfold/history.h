// SPDX-License-Identifier: Apache-2.0
// Time travel: an aggregate after each of its events, and what each changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/aggregate_ops.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_store.h>
#include <leftfold/json/difference.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

struct RepositoryOptions;

/// Which part of an aggregate's history. Plain value.
struct HistoryRange {
  Version from{0};                   ///< first event to show; what came before is folded without being shown
  std::optional<Version> to{};       ///< last event to show
  std::optional<Timestamp> until{};  ///< ends before the first event that was committed later
};

/// An aggregate after one of its events. Plain value.
struct HistoryStep {
  EventCopy event;
  std::string state;                      ///< after the event, as JSON
  std::vector<json::Difference> changes;  ///< what the event changed in the state; empty for one that changed nothing
};

/// The steps of one aggregate, one at a time, made by Repository::history. It holds a page of events and two states,
/// whatever the length of the history.
/// One thread at a time. The store, and the repository's clock and snapshots, must outlive it.
class History {
 public:
  History(EventStore& store, const RepositoryOptions& options, const detail::AggregateOps& ops, std::string_view id,
          std::shared_ptr<void> root, const HistoryRange& range);
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  /// The next step; empty at the end, also when the aggregate has no event in the range. Reads at most a page, the
  /// first call as much as a load. Throws as Repository::load, and JsonError for a state that JSON cannot hold; after
  /// that Error(invalid_argument).
  [[nodiscard]] std::optional<HistoryStep> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
