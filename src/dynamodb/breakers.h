// SPDX-License-Identifier: Apache-2.0
// Records of shared circuit breakers in the second table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/uuid.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// One item a breaker, all under one partition key, so that a list is a Query. Each write leaves an id of its own, so
/// that one whose answer was lost and that is sent again knows itself. Any thread. The client must outlive it; it
/// should be one that gives up soon (brief_client_options()).
class Breakers final : public BreakerStore {
 public:
  Breakers(Client& client, std::string table) : client_{client}, table_{std::move(table)} {}

  [[nodiscard]] BreakerRecord read(std::string_view name) override;
  [[nodiscard]] std::vector<BreakerRecord> list() override;
  [[nodiscard]] bool write(const BreakerRecord& record) override;

 private:
  Client& client_;
  const std::string table_;
};

/// The item of a record, with its revision as it is; docs/stores/dynamodb.md shows it.
[[nodiscard]] Item breaker_item(const BreakerRecord& record, const Uuid& write_id);
/// Throws Error(corrupt) for an item that is no record of a breaker.
[[nodiscard]] BreakerRecord read_breaker(const Item& item);

}  // namespace leftfold::inline v0::dynamodb
