// SPDX-License-Identifier: Apache-2.0
// The part of TableTransaction that lists rows: stored ones, with what the transaction wrote above them.
#include <algorithm>
#include <map>
#include <utility>

#include "dynamodb/append_marker.h"
#include "dynamodb/payload.h"
#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {

std::vector<TableRow> TableTransaction::list(std::string_view table, std::string_view after, std::size_t max) {
  if (!has_rows(table)) return {};
  max = std::min(max, kMaxRowsListed);
  const std::string kind = rows_kind(table, generations(table).live);
  std::map<std::string, Map, std::less<>> rows;
  const auto [first, last] = items_.of_kind(kind);
  // Those that are gone are not among the `max`.
  const auto removed = [&, begin = first, end = last](const std::string& key) {
    return std::any_of(begin, end, [&](const auto& each) {
      return each.first.sort == key && each.second.write == BufferedItems::Slot::Write::remove;
    });
  };
  QueryRequest query;
  query.table = place_->table;
  query.key = {"#k = :k", {{"#k", std::string{kKind}}}, {{":k", kind}}};
  if (!after.empty()) {
    query.key.text += " AND #s > :s";
    query.key.names.emplace_back("#s", kSort);
    query.key.values.push_back({":s", after});
  }
  bool all = fresh_.contains(kind);
  std::string upto{after};
  while (!all && rows.size() < max) {
    query.limit = static_cast<int>(max - rows.size());
    ItemPage page = place_->client.query(query);
    for (const Item& item : page.items) {
      upto = key_of(item).sort;
      if (!removed(upto)) rows.insert_or_assign(upto, contents_of(item));
    }
    query.after = std::move(page.last_key);
    all = query.after.empty();
  }
  for (auto at = first; at != last; ++at) {
    const auto& [key, slot] = *at;
    if (slot.write == BufferedItems::Slot::Write::none || key.sort <= after || (!all && key.sort > upto)) continue;
    const auto stored = rows.find(key.sort);
    auto row = BufferedItems::after(slot, stored == rows.end() ? std::nullopt : std::optional{stored->second});
    if (row) rows.insert_or_assign(key.sort, std::move(*row));
  }
  std::vector<TableRow> listed;
  listed.reserve(std::min(max, rows.size()));
  for (auto& [key, row] : rows) {
    if (listed.size() == max) break;
    listed.push_back({key, to_json(row)});
  }
  return listed;
}

}  // namespace leftfold::inline v0::dynamodb
