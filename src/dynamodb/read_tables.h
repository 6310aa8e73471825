// SPDX-License-Identifier: Apache-2.0
// Read tables in the second table.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <leftfold/read_tables.h>

#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {

/// One item a row; docs/stores/dynamodb.md shows them. Any thread. The client must outlive it.
class TablesOnDynamoDb final : public ReadTables {
 public:
  TablesOnDynamoDb(Client& client, std::string table)
      : place_{std::make_shared<TablesPlace>(client, std::move(table))} {}

  [[nodiscard]] std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) override;
  [[nodiscard]] std::optional<Position> checkpoint(std::string_view projector) override;
  [[nodiscard]] bool others_wait() override { return false; }
  [[nodiscard]] std::unique_ptr<ShadowTables> open_shadow(std::string_view projector) override;
  [[nodiscard]] Position restore_kept(std::string_view projector) override;

  [[nodiscard]] std::optional<std::string> find(std::string_view table, std::string_view key) override;
  void put(std::string_view table, std::string_view key, std::string_view row) override;
  void erase(std::string_view table, std::string_view key) override;
  void add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) override;
  void clear(std::string_view table) override;
  [[nodiscard]] std::vector<TableRow> list(std::string_view table, std::string_view after, std::size_t max) override;

 private:
  template <class Write>
  void write(std::string_view table, Write write);
  template <class Read>
  auto read(Read read);

  std::shared_ptr<TablesPlace> place_;
};

}  // namespace leftfold::inline v0::dynamodb
