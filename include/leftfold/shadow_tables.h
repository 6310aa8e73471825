// SPDX-License-Identifier: Apache-2.0
// Port: a second generation of a projector's tables, built beside the one in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

class ReadModel;

/// One row that is not the same in both generations. Plain value.
struct TableDifference {
  std::string table;
  std::string key;     ///< of the row: its primary key; "columns" when the tables are not made alike
  std::string live;    ///< the row in use, as text; empty when there is none
  std::string shadow;  ///< the other one
};

/// What a comparison of two generations found. Plain value.
struct TableComparison {
  std::vector<std::string> tables;  ///< those the projector has in the shadow
  std::uint64_t rows = 0;           ///< of those in use, all compared
  std::uint64_t different = 0;      ///< rows that differ, or that only one generation has
  std::vector<TableDifference> first;
};

/// The tables in use as they stood at one moment. One thread. Destroying it lets the moment go.
class LiveTables {
 public:
  virtual ~LiveTables() = default;
  /// The projector's checkpoint then; empty when it has no tables.
  [[nodiscard]] virtual std::optional<Position> checkpoint() const = 0;
  /// Compares every row with the shadow's, which should be at the same checkpoint; at most `most` differences are
  /// listed, all are counted. Throws Error(unavailable, corrupt).
  [[nodiscard]] virtual TableComparison compare(std::size_t most) = 0;
};

/// A swap that has begun: nobody else writes to the tables in use until it ends. One thread. Destroying it without
/// commit() leaves everything as it was.
class TableSwap {
 public:
  virtual ~TableSwap() = default;
  /// The projector's checkpoint, which stays until the end.
  [[nodiscard]] virtual std::optional<Position> checkpoint() const = 0;
  /// In one transaction: the shadow's tables take the place of those in use, with their checkpoint; those are kept, and
  /// what was kept before is gone. Afterwards the shadow is empty. Throws Error(unavailable, storage_full,
  /// unsupported): nothing changed; in_doubt across a network: the checkpoint in use tells.
  virtual void commit() = 0;
};

/// Port: the shadow of one projector. Whoever has it open is the only one who builds it. One thread at a time.
class ShadowTables {
 public:
  virtual ~ShadowTables() = default;

  /// The shadow as a read model. A projector keeps the read model it was made with: on the thread of a transaction that
  /// began here, what it reads and writes there goes to the shadow. Lives as long as this object.
  [[nodiscard]] virtual ReadModel& model() = 0;
  /// Holds on to the tables in use as they are now, without keeping writers out. Throws Error(unavailable).
  [[nodiscard]] virtual std::unique_ptr<LiveTables> live() = 0;
  /// Keeps writers out and begins the swap. Throws Error(unavailable).
  [[nodiscard]] virtual std::unique_ptr<TableSwap> begin_swap() = 0;
  /// Removes the shadow; its model must not be used any more. Throws Error(unavailable).
  virtual void discard() = 0;
};

}  // namespace leftfold::inline v0
