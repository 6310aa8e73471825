// SPDX-License-Identifier: Apache-2.0
// Leases in the second table.
#pragma once

#include <string>

#include <leftfold/lease_store.h>
#include <leftfold/uuid.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// One item a lease, its group the partition key. Each write leaves an id of its own, so that one whose answer was lost
/// and that is sent again knows itself. Any thread. The client must outlive it.
class Leases final : public LeaseStore {
 public:
  Leases(Client& client, std::string table) : client_{client}, table_{std::move(table)} {}

  [[nodiscard]] std::vector<Lease> list(std::string_view group) override;
  [[nodiscard]] bool write(const Lease& lease) override;
  [[nodiscard]] bool remove(const Lease& lease) override;

 private:
  Client& client_;
  const std::string table_;
};

/// The item of a lease, with its counter as it is; docs/stores/dynamodb.md shows it.
[[nodiscard]] Item lease_item(const Lease& lease, const Uuid& write_id);
/// Throws Error(corrupt) for an item that is no lease.
[[nodiscard]] Lease read_lease(const Item& item);

}  // namespace leftfold::inline v0::dynamodb
