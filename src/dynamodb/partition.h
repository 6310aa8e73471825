// SPDX-License-Identifier: Apache-2.0
// Everything under one partition key of the second table.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "dynamodb/append_marker.h"
#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// Of all items of a partition, in the order of their sort keys' bytes.
[[nodiscard]] inline QueryRequest query_of(const std::string& table, std::string partition) {
  QueryRequest query;
  query.table = table;
  query.key = {"#k = :k", {{"#k", std::string{kKind}}}, {{":k", std::move(partition)}}};
  return query;
}

/// All items of a query, page by page, until `visit(Item&&)` says false. Throws as Client::query, and what `visit`
/// throws.
template <class Visit>
void each_item(Client& client, QueryRequest query, Visit visit) {
  do {
    ItemPage page = client.query(query);
    for (Item& item : page.items) {
      if (!visit(std::move(item))) return;
    }
    query.after = std::move(page.last_key);
  } while (!query.after.empty());
}

}  // namespace leftfold::inline v0::dynamodb
