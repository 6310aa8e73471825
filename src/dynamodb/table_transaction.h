// SPDX-License-Identifier: Apache-2.0
// A transaction on read tables in the second table: buffered, then one request.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/read_tables.h>
#include <leftfold/uuid.h>

#include "dynamodb/buffered_items.h"
#include "dynamodb/client.h"
#include "dynamodb/read_table_items.h"
#include "dynamodb/shadow_state.h"

namespace leftfold::inline v0::dynamodb {

class TableTransaction;

/// Rows that an earlier batch of a shadow cleared. Plain value.
struct SweptGeneration {
  std::string name;   // of a table, or a projector
  bool of_projector;  // its handled versions
  std::int64_t generation;
};

/// Which thread has which transaction. Any thread.
class ThreadTransactions {
 public:
  /// Throws Error(invalid_argument) when the thread has one.
  void begin(TableTransaction& transaction);
  void end() noexcept;
  /// This thread's; null: none.
  [[nodiscard]] TableTransaction* here() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::thread::id, TableTransaction*> open_;
};

/// Where read tables are. The client must outlive it. Any thread.
struct TablesPlace {
  TablesPlace(Client& c, std::string t) : client{c}, table{std::move(t)} {}
  Client& client;
  const std::string table;
  ThreadTransactions threads;
};

/// A batch of a projector, or one call outside of any. One thread.
///
/// Its reads need no lock: the commit demands that what was read of the projector and of rows is unchanged. Generations
/// are not among that, as every batch reads them and none would let another one commit: before a clear() this
/// transaction may as well have been. With all that it did, though: so when it read several of them, it looks before
/// the commit whether they are all as they were. A clear() after that finds all of it.
class TableTransaction final : public ReadModelTransaction {
 public:
  /// Of a projector; calls of this thread belong to it. With `side` in its shadow. Throws as ReadModel::begin, and
  /// Error(fenced) when another opening of the shadow may write.
  TableTransaction(std::shared_ptr<TablesPlace> place, std::string_view projector,
                   std::shared_ptr<const ShadowSide> side = {});
  /// Of one call: commit_alone().
  explicit TableTransaction(std::shared_ptr<TablesPlace> place);
  TableTransaction(const TableTransaction&) = delete;
  TableTransaction& operator=(const TableTransaction&) = delete;
  ~TableTransaction() override { end(); }

  std::optional<Position> checkpoint() const override { return begun_.checkpoint; }
  std::optional<Version> handled(std::string_view projector, std::string_view aggregate_id) const override;
  std::vector<HandledVersion> all_handled(std::string_view projector) const override;
  void set_handled(std::string_view projector, std::string_view aggregate_id, Version version) override;
  void forget_handled(std::string_view projector, std::string_view aggregate_id) override;
  void forget_all_handled(std::string_view projector) override;
  void expect_handled(std::string_view projector, std::span<const std::string_view> aggregate_ids) const override;
  void keep_room(std::size_t rows) override { room_ = rows; }
  bool full() const override;
  void commit(Position done) override;
  /// Returns false when another process was in between: nothing happened.
  [[nodiscard]] bool commit_alone();

  // As the functions of ReadTables; their arguments are checked.
  [[nodiscard]] std::optional<Map> find(std::string_view table, std::string_view key);
  void put(std::string_view table, std::string_view key, Map row);
  void erase(std::string_view table, std::string_view key);
  void add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount);
  void clear(std::string_view table);
  [[nodiscard]] std::vector<TableRow> list(std::string_view table, std::string_view after, std::size_t max);

 private:
  enum class Sent { stored, conflict };

  void enter_shadow();
  void store_shadow() const;
  void sweep_shadow() noexcept;
  [[nodiscard]] bool has_rows(std::string_view table) const;
  [[nodiscard]] ProjectorItem projector(std::string_view name) const;
  void store(std::string_view name, const ProjectorItem& item);
  [[nodiscard]] Generations generations(std::string_view table);
  [[nodiscard]] ItemKey row(std::string_view table, std::string_view key);
  [[nodiscard]] bool generations_agree();
  void check_open() const;
  void check_rows();
  void check_all() const;
  [[noreturn]] void throw_too_much(const std::string& what) const;
  [[nodiscard]] Sent send();
  [[nodiscard]] Sent send_one(const ItemWrite& write);
  [[nodiscard]] Sent send_all(std::span<const ItemWrite> writes);
  void sweep() noexcept;
  void end() noexcept;

  const std::shared_ptr<TablesPlace> place_;
  const Uuid id_;
  const std::optional<std::string> projector_;
  const std::shared_ptr<const ShadowSide> side_;
  mutable std::optional<ShadowState> shadow_;  // with a side
  std::vector<SweptGeneration> to_sweep_;      // of the shadow
  mutable BufferedItems items_;
  ProjectorItem begun_;
  std::set<std::string, std::less<>> tables_;              // that were used
  mutable std::set<std::string, std::less<>> projectors_;  // of which something was asked
  mutable std::set<std::string, std::less<>> fresh_;       // kinds that this transaction begins
  mutable std::set<std::string, std::less<>> all_;         // kinds of which everything is known
  std::size_t room_ = 0;
  mutable bool over_ = false;  // an event wrote too much
  bool ended_ = false;
};

}  // namespace leftfold::inline v0::dynamodb
