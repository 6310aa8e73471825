// SPDX-License-Identifier: Apache-2.0
// Port: how far each aggregate's events were published.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// How far one aggregate was published. Plain value.
struct PublishCursor {
  std::string aggregate_id;
  Version published;  ///< everything up to here was acknowledged by the broker; none() before the first event
};

/// Port: one cursor an aggregate. A cursor is a lower bound: the broker has acknowledged at least this much. Any lower
/// bound is safe and costs only events that are published again; so a cursor may be late, lost or lowered by a process
/// that was away, but never higher than what was acknowledged. testing/cursor_suite.h checks it.
/// Any thread. Must outlive everything that was given a reference to it. All functions throw Error(unavailable,
/// throttled, permission_denied, storage_full, corrupt), and invalid_argument for an empty aggregate id; those that
/// write also in_doubt.
class CursorStore {
 public:
  virtual ~CursorStore() = default;

  /// The cursors of these aggregates, in their order; none() for one that has none. Sees every advance() that returned
  /// before.
  [[nodiscard]] virtual std::vector<Version> load(std::span<const std::string_view> aggregate_ids) = 0;
  /// Stores the cursors, each aggregate once at most; one that is lower than what is stored need not be kept. When it
  /// throws, some may be stored.
  virtual void advance(std::span<const PublishCursor> cursors) = 0;
  /// Forgets a cursor: the aggregate's next event publishes its whole history again. Returns whether there was one.
  virtual bool remove(std::string_view aggregate_id) = 0;
};

}  // namespace leftfold::inline v0
