// SPDX-License-Identifier: Apache-2.0
// Port: a store with transactions that holds a projector's tables and its checkpoint together.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/shadow_tables.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// One aggregate's events up to `version` are in a projector's tables, and none above. Plain value.
struct HandledVersion {
  std::string aggregate_id;
  Version version;
  auto operator<=>(const HandledVersion&) const = default;
};

/// One batch of a projector: its writes and its checkpoint become durable together or not at all.
/// One thread: the one that began it. Destroying it without commit() undoes everything.
class ReadModelTransaction {
 public:
  virtual ~ReadModelTransaction() = default;

  /// The checkpoint as it stands inside this transaction; empty when the projector has never handled anything here.
  [[nodiscard]] virtual std::optional<Position> checkpoint() const = 0;

  /// How far one aggregate is in the tables, when the checkpoint does not say it: as set_handled() stored it, also
  /// earlier in this transaction; empty when there is no such row, and then the checkpoint says it. none(): nothing of
  /// it is. Rows belong to a projector and not to one of its partitions, as aggregates may move: `projector` is the
  /// plain name, whatever name the transaction was begun with. Throws Error(unavailable, corrupt).
  [[nodiscard]] virtual std::optional<Version> handled(std::string_view projector,
                                                       std::string_view aggregate_id) const = 0;
  /// All such rows of a projector, in no order. Throws as handled().
  [[nodiscard]] virtual std::vector<HandledVersion> all_handled(std::string_view projector) const = 0;
  /// Stores one, or takes one away. Throws Error(unavailable, storage_full).
  virtual void set_handled(std::string_view projector, std::string_view aggregate_id, Version version) = 0;
  virtual void forget_handled(std::string_view projector, std::string_view aggregate_id) = 0;
  /// Takes away all rows of a projector but the one whose aggregate id is empty. Throws as set_handled().
  virtual void forget_all_handled(std::string_view projector) {
    for (const HandledVersion& row : all_handled(projector)) {
      if (!row.aggregate_id.empty()) forget_handled(projector, row.aggregate_id);
    }
  }
  /// handled() will be asked for these: a store across a network reads them at once. Changes nothing. Throws as
  /// handled().
  virtual void expect_handled(std::string_view projector, std::span<const std::string_view> aggregate_ids) const {
    (void)projector;
    (void)aggregate_ids;
  }

  /// For stores whose transactions hold a limited number of rows. keep_room(): so many rows of set_handled() and
  /// forget_handled() are still to come; each call replaces the number of the one before. full(): commit before
  /// the next event. What an event writes beyond the limit throws Error(invalid_argument), and full() is true from then
  /// on: if others came before it in the transaction, it may fit by itself.
  virtual void keep_room(std::size_t rows) { (void)rows; }
  [[nodiscard]] virtual bool full() const { return false; }

  /// Stores the checkpoint and commits. Throws Error(unavailable, storage_full, invalid_argument for a row): all
  /// is undone, or, when the answer of a store across a network was lost, all is stored, which the next transaction's
  /// checkpoint() tells. Unavailable too when another one committed meanwhile what this transaction depends on.
  virtual void commit(Position done) = 0;
};

/// Port: where projectors with exactly-once effect keep their tables.
/// A projector offers it as a member `read_model()`; what the projector writes through it while it handles an event
/// belongs to the transaction that the Runner began on the same thread.
/// Any thread. Must outlive the Runner.
class ReadModel {
 public:
  virtual ~ReadModel() = default;

  /// Begins a write transaction for the named projector. Waits for other writers, or leaves it to commit() to find out
  /// that there was one. A thread has one transaction at a time.
  /// Throws Error(unavailable, permission_denied, corrupt).
  [[nodiscard]] virtual std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) = 0;

  /// The named projector's checkpoint as it was committed last, by whatever process; empty when there is none. Not on
  /// the thread of a transaction. Throws like begin.
  [[nodiscard]] virtual std::optional<Position> checkpoint(std::string_view projector) = 0;

  /// Whether others wait for the end of a transaction: then the Runner keeps transactions short.
  [[nodiscard]] virtual bool others_wait() { return true; }

  /// Opens the projector's shadow, as an earlier process left it, or a new one. Throws Error(unavailable) while another
  /// one has it open, and unsupported for a read model that cannot have one.
  [[nodiscard]] virtual std::unique_ptr<ShadowTables> open_shadow(std::string_view projector) {
    throw Error{Errc::unsupported, "projector " + std::string{projector} +
                                       ": its read model cannot build tables beside those in use; replay in place"};
  }
  /// In one transaction, the kept tables of the last swap and those in use change places, with checkpoints. Returns the
  /// new one. Throws Error(not_found) when none are kept, unavailable, unsupported; in_doubt: a second call may undo.
  virtual Position restore_kept(std::string_view projector) {
    throw Error{Errc::unsupported, "projector " + std::string{projector} + ": its read model keeps no tables"};
  }
};

}  // namespace leftfold::inline v0
