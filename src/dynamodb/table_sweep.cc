// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/table_sweep.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "dynamodb/append_marker.h"

namespace leftfold::inline v0::dynamodb {
namespace {

// Takes the first one off the list, if nobody else changed the item.
void forget_first(Client& client, std::string_view table, const ItemKey& key, const Item& item) {
  ItemWrite write;
  write.kind = ItemWrite::Kind::update;
  write.table = std::string{table};
  write.item = key.item();
  write.update = "REMOVE #g[0]";
  write.condition = {"#g = :g", {{"#g", std::string{kGarbage}}}, {{":g", *find(item, kGarbage)}}};
  (void)client.write(write);
}

}  // namespace

SweptRows rows_of(std::string_view table) {
  return {table_key(table),
          [name = std::string{table}](std::int64_t generation) { return rows_kind(name, generation); }};
}

SweptRows handled_of(std::string_view projector) {
  return {projector_key(projector),
          [name = std::string{projector}](std::int64_t generation) { return handled_kind(name, generation); }};
}

bool sweep_kind(Client& client, std::string_view table, const std::string& kind) {
  QueryRequest query;
  query.table = std::string{table};
  query.key = {"#k = :k", {{"#k", std::string{kKind}}}, {{":k", kind}}};
  query.limit = kSweptAtOnce;
  const ItemPage page = client.query(query);
  std::vector<Item> keys;
  keys.reserve(page.items.size());
  for (const Item& each : page.items) keys.push_back(key_of(each).item());
  for (std::span<const Item> left{keys}; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostPuts));
    client.remove_all(table, part);
    left = left.subspan(part.size());
  }
  return page.last_key.empty();
}

void sweep_some(Client& client, std::string_view table, const SweptRows& rows) {
  const std::optional<Item> item = client.get(table, rows.item.item()).item;
  const List* const garbage = item ? find_list(*item, kGarbage) : nullptr;
  if (garbage == nullptr || garbage->empty()) return;
  const auto generation = find_integer({{"n", garbage->front()}}, "n");
  if (!generation) return;
  if (sweep_kind(client, table, rows.kind(*generation))) forget_first(client, table, rows.item, *item);
}

}  // namespace leftfold::inline v0::dynamodb
