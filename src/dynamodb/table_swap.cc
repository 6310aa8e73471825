// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/table_swap.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/projector_update.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;
using Reading = BufferedItems::Reading;

constexpr int kMostTries = 10;  // against a clear() of one of the tables, or another swap, at the same moment
constexpr std::size_t kTablesAtOnce = 80;

// "HotProducts/3"; another projector may be named "HotProducts/other", and names of the runtime's own are as
// "HotProducts#reached".
bool is_partition(std::string_view name, std::string_view projector) {
  if (!name.starts_with(projector) || name.substr(projector.size(), 1) != "/") return false;
  const std::string_view number = name.substr(projector.size() + 1);
  return !number.empty() && number.find_first_not_of("0123456789") == number.npos;
}

void append(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// The items of these projectors that there are, by name.
std::map<std::string, ProjectorItem> read_projectors(TablesPlace& place, const std::set<std::string>& names) {
  std::map<ItemKey, std::string> by_key;
  std::vector<Item> keys;
  for (const std::string& name : names) {
    by_key.emplace(projector_key(name), name);
    keys.push_back(projector_key(name).item());
  }
  std::map<std::string, ProjectorItem> found;
  for (std::span<const Item> left{keys}; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostGets));
    left = left.subspan(part.size());
    for (const Item& item : place.client.get_all(place.table, part)) {
      found.emplace(by_key.at(key_of(item)), read_projector_contents(contents_of(item)));
    }
  }
  return found;
}

std::string partition_name(const std::string& projector, std::size_t partition) {
  return projector + "/" + std::to_string(partition);
}

/// These, and every partition of the projector that may have a checkpoint, as far as one transaction could hold them.
std::set<std::string> with_partitions(std::set<std::string> names, const std::string& projector) {
  for (std::size_t i = 1; i <= kMaxTransactionItems; ++i) names.insert(partition_name(projector, i));
  return names;
}

/// One of the projector's names changes over; `used` as it was read, which matters for what is kept alone.
ItemWrite change_over(const BufferedItems& items, const std::string& projector, const std::string& name,
                      const ProjectorItem& then, const ProjectorItem& used) {
  ProjectorUpdate update{items, name};
  update.keep_checkpoint(then.checkpoint.value_or(kNoneKept));
  // Of the others it is the runtime's own number.
  if (name == projector || is_partition(name, projector)) update.count_change();
  else update.keep_changes(then.changes.value_or(Version{kNoneKept.value()}));
  update.keep_handled(then.handled.live);
  std::vector<std::int64_t> garbage = then.handled.garbage;
  if (used.handled.kept) garbage.push_back(*used.handled.kept);
  update.add_garbage(garbage);
  return update.take();
}

/// A partition that begins now would keep its checkpoint, and what it handled would be in the tables of before: so
/// those that are not among `names` must still have none, the first ones that there is room for. They are numbered
/// upwards.
void demand_no_others(std::vector<ItemWrite>& writes, const BufferedItems& items, const std::string& projector,
                      const std::set<std::string>& names) {
  for (std::size_t i = 1; writes.size() < kMaxTransactionItems && i <= kMaxTransactionItems; ++i) {
    const std::string name = partition_name(projector, i);
    if (names.contains(name)) continue;
    ItemWrite check;
    check.kind = ItemWrite::Kind::check;
    check.table = items.table();
    check.item = projector_key(name).item();
    check.condition = {"attribute_not_exists(#k)", {{"#k", std::string{kKind}}}, {}};
    writes.push_back(std::move(check));
  }
}

Generations generations_of(BufferedItems& items, std::string_view table) {
  return read_table_contents(items.find(table_key(table), Reading::checked));
}

ShadowState own_shadow(BufferedItems& items, const ShadowSide& side) {
  return own_shadow(items.find(shadow_key(side.projector), Reading::checked), side);
}

[[noreturn]] void throw_forgotten(std::string_view projector, const std::string& what) {
  throw Error{Errc::not_found, "the earlier tables of projector " + in_quotes(projector) +
                                   " are not kept whole: " + what +
                                   " was written since the swap by a program of an earlier version, or swapped by "
                                   "another projector; nothing is changed, replay again"};
}

[[noreturn]] void throw_busy(std::string_view projector) {
  throw Error{Errc::unavailable, "projector " + in_quotes(projector) +
                                     ": its tables are cleared or swapped by others all the time; nothing is changed, "
                                     "try again"};
}

bool try_swap_in(TablesPlace& place, const ShadowSide& side) {
  const Uuid id = Uuid::v7(place.client.options().clock->now());
  BufferedItems items{place.client, place.table, bytes_of(id)};
  const ShadowState shadow = own_shadow(items, side);
  const std::optional<Map> kept_before = items.find(kept_key(side.projector), Reading::checked);
  const KeptState before = kept_before ? read_kept(*kept_before) : KeptState{};
  std::set<std::string> names{side.projector};
  for (const auto& [name, built] : shadow.projectors) names.insert(name);
  const auto live = read_projectors(place, with_partitions(names, side.projector));
  for (const auto& [name, used] : live) names.insert(name);

  KeptState kept;
  for (const auto& [table, built] : shadow.tables) {
    Generations now = generations_of(items, table);
    append(now.garbage, built.garbage);
    if (now.kept) now.garbage.push_back(*now.kept);
    now.kept = std::exchange(now.live, built.live);
    items.put(table_key(table), table_contents(now));
    kept.tables.emplace(table, *now.kept);
  }
  for (const auto& [table, generation] : before.tables) {
    if (shadow.tables.contains(table)) continue;
    Generations now = generations_of(items, table);
    if (now.kept != generation) continue;  // another projector's
    now.garbage.push_back(*std::exchange(now.kept, std::nullopt));
    items.put(table_key(table), table_contents(now));
  }

  kept.projectors.assign(names.begin(), names.end());
  items.put(kept_key(side.projector), kept_contents(kept));
  items.remove(shadow_key(side.projector));

  std::vector<ItemWrite> writes = items.writes();
  for (const std::string& name : names) {
    const auto built = shadow.projectors.find(name);
    const auto used = live.find(name);
    writes.push_back(change_over(items, side.projector, name,
                                 built == shadow.projectors.end() ? ProjectorItem{} : built->second,
                                 used == live.end() ? ProjectorItem{} : used->second));
  }
  check_swap_size(writes.size(), side.projector);
  demand_no_others(writes, items, side.projector, names);
  return stored(place, writes, id);
}

std::optional<Position> try_swap_back(TablesPlace& place, const std::string& projector) {
  const Uuid id = Uuid::v7(place.client.options().clock->now());
  BufferedItems items{place.client, place.table, bytes_of(id)};
  const std::optional<Map> contents = items.find(kept_key(projector), Reading::checked);
  if (!contents) {
    throw Error{Errc::not_found, "no earlier tables of projector " + in_quotes(projector) +
                                     " are kept; they are since a swap, until the next one"};
  }
  KeptState kept = read_kept(*contents);
  for (auto& [table, generation] : kept.tables) {
    Generations now = generations_of(items, table);
    if (now.kept != generation) throw_forgotten(projector, "table " + in_quotes(table));
    generation = std::exchange(now.live, generation);
    now.kept = generation;
    items.put(table_key(table), table_contents(now));
  }
  // `kept` and `keptCheckpoint` change with the item above alone, so they are as they are read now.
  std::set<std::string> names{kept.projectors.begin(), kept.projectors.end()};
  const auto live = read_projectors(place, with_partitions(names, projector));
  for (const std::string& name : names) {
    const auto item = live.find(name);
    if (item == live.end() || !item->second.kept) throw_forgotten(projector, "the checkpoint of " + in_quotes(name));
  }
  for (const auto& [name, item] : live) names.insert(name);  // partitions since the swap: nothing of them is kept
  kept.projectors.assign(names.begin(), names.end());
  items.put(kept_key(projector), kept_contents(kept));
  std::vector<ItemWrite> writes = items.writes();
  Position checkpoint = Position::start();
  for (const auto& [name, item] : live) {
    ProjectorItem then;
    if (item.kept && *item.kept != kNoneKept) then.checkpoint = item.kept;
    if (item.kept_changes && item.kept_changes->value() != kNoneKept.value()) then.changes = item.kept_changes;
    then.handled.live = item.handled.kept.value_or(0);
    writes.push_back(change_over(items, projector, name, then, {}));
    if (name == projector) checkpoint = then.checkpoint.value_or(Position::start());
  }
  check_swap_size(writes.size(), projector);
  demand_no_others(writes, items, projector, names);
  if (!stored(place, writes, id)) return std::nullopt;
  return checkpoint;
}

/// Returns whether there is nothing left.
bool discard_some(TablesPlace& place, const ShadowSide& side) {
  const Uuid id = Uuid::v7(place.client.options().clock->now());
  BufferedItems items{place.client, place.table, bytes_of(id)};
  const ItemKey key = shadow_key(side.projector);
  if (!items.find(key, Reading::checked)) return true;
  ShadowState shadow = own_shadow(items, side);
  const bool is_last = shadow.tables.size() <= kTablesAtOnce;
  for (std::size_t i = 0; i < kTablesAtOnce && !shadow.tables.empty(); ++i) {
    const auto table = shadow.tables.begin();
    Generations now = generations_of(items, table->first);
    append(now.garbage, table->second.garbage);
    now.garbage.push_back(table->second.live);
    items.put(table_key(table->first), table_contents(now));
    shadow.tables.erase(table);
  }
  if (is_last) {
    items.remove(key);
  } else {
    for (auto& [name, built] : shadow.projectors) built.checkpoint.reset();  // nobody goes on with what is left
    items.put(key, shadow_contents(shadow));
  }
  std::vector<ItemWrite> writes = items.writes();
  if (is_last) {
    for (const auto& [name, built] : shadow.projectors) {
      if (is_partition(name, side.projector)) continue;  // has no versions
      std::vector<std::int64_t> garbage = built.handled.garbage;
      garbage.push_back(built.handled.live);
      ProjectorUpdate update{items, name};
      update.add_garbage(garbage);
      writes.push_back(update.take());
    }
    check_swap_size(writes.size(), side.projector);
  }
  return stored(place, writes, id) && is_last;
}

}  // namespace

void check_swap_size(std::size_t items, std::string_view projector) {
  if (items <= kMaxTransactionItems) return;
  throw Error{Errc::unsupported, "projector " + in_quotes(projector) + ": a swap of its tables and partitions takes " +
                                     std::to_string(items) + " items, and a transaction of DynamoDB holds " +
                                     std::to_string(kMaxTransactionItems) +
                                     "; give it fewer tables, or replay in place"};
}

void check_swap_size(TablesPlace& place, const std::string& projector) {
  const auto live = read_projectors(place, with_partitions({projector}, projector));
  constexpr std::size_t kOneTable = 1;
  check_swap_size(live.size() + kOneTable + kOfEachSwap, projector);
}

void swap_in(TablesPlace& place, const ShadowSide& side) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (try_swap_in(place, side)) return;
  }
  throw_busy(side.projector);
}

Position swap_back(TablesPlace& place, std::string_view projector) {
  const std::string name{projector};
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (const auto checkpoint = try_swap_back(place, name)) return *checkpoint;
  }
  throw_busy(projector);
}

void discard_shadow(TablesPlace& place, const ShadowSide& side) {
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (discard_some(place, side)) return;
  }
  throw_busy(side.projector);
}

bool stored(TablesPlace& place, const std::vector<ItemWrite>& writes, const Uuid& id) {
  const Bytes revision = bytes_of(id);
  const auto is_ours = [&](const std::optional<Item>& item) {
    const Bytes* const found = item ? find_bytes(*item, kRowRevision) : nullptr;
    return found != nullptr && *found == revision;
  };
  TransactResult result;
  try {
    result = place.client.transact(writes, id.to_string());
  } catch (const Error& error) {
    if (error.code() != Errc::in_doubt) throw;
    const auto put = std::ranges::find(writes, ItemWrite::Kind::put, &ItemWrite::kind);
    std::optional<Item> item;
    try {
      if (put != writes.end()) item = place.client.get(place.table, key_of(put->item).item()).item;
    } catch (const Error& second) {
      throw Error{Errc::in_doubt,
                  "read tables: the answer to a swap was lost, and whether it is stored cannot be read; "
                  "look at the projector's checkpoint before you call again: " +
                      std::string{second.what()}};
    }
    if (is_ours(item)) return true;
    throw Error{Errc::unavailable, "read tables: the answer to a swap was lost, and it is not stored so far: " +
                                       std::string{error.what()}};
  }
  return result.applied ||
         std::ranges::any_of(result.reasons, [&](const CancellationReason& reason) { return is_ours(reason.item); });
}

}  // namespace leftfold::inline v0::dynamodb
