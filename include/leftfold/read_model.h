// Port: a store with transactions that holds a projector's tables and its checkpoint together.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold {

/// One batch of a projector: its writes and its checkpoint become durable together or not at all.
/// One thread: the one that began it. Destroying it without commit() undoes everything.
class ReadModelTransaction {
 public:
  virtual ~ReadModelTransaction() = default;

  /// The checkpoint as it stands inside this transaction; empty when the projector has never handled anything here.
  [[nodiscard]] virtual std::optional<Position> checkpoint() const = 0;

  /// Stores the checkpoint and commits. Throws Error(unavailable, storage_full): all is undone.
  virtual void commit(Position done) = 0;
};

/// Port: where projectors with exactly-once effect keep their tables.
/// A projector offers it as a member `read_model()`; what the projector writes through it while it handles an event
/// belongs to the transaction that the Runner began on the same thread.
/// Any thread. Must outlive the Runner.
class ReadModel {
 public:
  virtual ~ReadModel() = default;

  /// Begins a write transaction for the named projector; waits for other writers.
  /// Throws Error(unavailable, permission_denied, corrupt).
  [[nodiscard]] virtual std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) = 0;

  /// The named projector's checkpoint as it was committed last, by whatever process; empty when there is none. Not on
  /// the thread of a transaction. Throws like begin.
  [[nodiscard]] virtual std::optional<Position> checkpoint(std::string_view projector) = 0;
};

}  // namespace leftfold
