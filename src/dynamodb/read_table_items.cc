// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/read_table_items.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json/json_error.h>
#include <leftfold/read_tables.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/payload.h"
#include "http/sha256.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;

constexpr std::string_view kGenerationsItem = "generations";
constexpr std::string_view kCheckpointItem = "checkpoint";
constexpr std::string_view kVersion = "version";
constexpr std::string_view kAggregate = "aggregateId";

// A sort key has 1024 bytes at most, an aggregate's id 2048.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
constexpr std::size_t kMostSortBytes = 1024;

bool is_long(std::string_view aggregate_id) { return aggregate_id.size() + 1 > kMostSortBytes; }

void add_generations(Map& contents, const Generations& generations) {
  if (generations.live > 0) contents.push_back({std::string{kGeneration}, number(generations.live)});
  if (generations.kept) contents.push_back({std::string{kKeptGeneration}, number(*generations.kept)});
  if (generations.garbage.empty()) return;
  List garbage;
  for (const std::int64_t each : generations.garbage) garbage.emplace_back(number(each));
  contents.push_back({std::string{kGarbage}, std::move(garbage)});
}

[[noreturn]] void throw_corrupt(const std::string& what) {
  throw Error{Errc::corrupt, what + " in the second table cannot be read; restore the item from a backup"};
}

std::optional<std::int64_t> integer(const AttributeValue& value) { return find_integer({{"n", value}}, "n"); }

Generations read_generations(const Map& contents) {
  Generations generations;
  generations.live = find_integer(contents, kGeneration).value_or(0);
  generations.kept = find_integer(contents, kKeptGeneration);
  if (const List* const garbage = find_list(contents, kGarbage)) {
    for (const AttributeValue& each : *garbage) {
      const auto generation = integer(each);
      if (!generation) throw_corrupt("a list of generations");
      generations.garbage.push_back(*generation);
    }
  }
  return generations;
}

}  // namespace

Item ItemKey::item() const { return {{std::string{kKind}, kind}, {std::string{kSort}, sort}}; }

ItemKey key_of(const Item& item) {
  const std::string* const kind = find_text(item, kKind);
  const std::string* const sort = find_text(item, kSort);
  if (kind == nullptr || sort == nullptr) throw_corrupt("an item without a key");
  return {*kind, *sort};
}

Map contents_of(const Item& item) {
  Map contents;
  contents.reserve(item.size());
  for (const Attribute& each : item) {
    if (each.name != kKind && each.name != kSort && each.name != kRowRevision) contents.push_back(each);
  }
  return contents;
}

void Generations::next() {
  garbage.push_back(live);
  ++live;
}

ItemKey table_key(std::string_view table) { return {"table#" + std::string{table}, std::string{kGenerationsItem}}; }

std::string rows_kind(std::string_view table, std::int64_t generation) {
  return "row#" + std::string{table} + "#" + std::to_string(generation);
}

ItemKey projector_key(std::string_view projector) {
  return {"projector#" + std::string{projector}, std::string{kCheckpointItem}};
}

std::string handled_kind(std::string_view projector, std::int64_t generation) {
  return "handled#" + std::string{projector} + "#" + std::to_string(generation);
}

ItemKey handled_key(std::string_view projector, std::int64_t generation, std::string_view aggregate_id) {
  std::string sort = "=";  // a sort key may not be empty, and an id's digest is no other id
  if (is_long(aggregate_id)) {
    sort = "#";
    http::append_hex(sort, http::sha256(aggregate_id));
  } else {
    sort += aggregate_id;
  }
  return {handled_kind(projector, generation), std::move(sort)};
}

Map table_contents(const Generations& generations) {
  Map contents;
  add_generations(contents, generations);
  return contents;
}

Generations read_table_contents(const std::optional<Map>& contents) {
  return contents ? read_generations(*contents) : Generations{};
}

Map projector_contents(const ProjectorItem& projector) {
  Map contents;
  if (projector.checkpoint) contents.push_back({std::string{kCheckpoint}, number(projector.checkpoint->value())});
  if (projector.kept) contents.push_back({std::string{kKeptCheckpoint}, number(projector.kept->value())});
  if (projector.kept_changes) contents.push_back({std::string{kKeptChanges}, number(projector.kept_changes->value())});
  if (projector.changes) contents.push_back({std::string{kChanges}, number(projector.changes->value())});
  add_generations(contents, projector.handled);
  return contents;
}

ProjectorItem read_projector_contents(const std::optional<Map>& contents) {
  ProjectorItem projector;
  if (!contents) return projector;
  if (const auto checkpoint = find_integer(*contents, kCheckpoint)) projector.checkpoint = Position{*checkpoint};
  if (const auto changes = find_integer(*contents, kChanges)) projector.changes = Version{*changes};
  if (const auto kept = find_integer(*contents, kKeptCheckpoint)) projector.kept = Position{*kept};
  if (const auto kept = find_integer(*contents, kKeptChanges)) projector.kept_changes = Version{*kept};
  projector.handled = read_generations(*contents);
  return projector;
}

Map handled_contents(std::string_view aggregate_id, Version version) {
  Map contents{{std::string{kVersion}, number(version.value())}};
  if (is_long(aggregate_id)) contents.push_back({std::string{kAggregate}, aggregate_id});
  return contents;
}

HandledVersion read_handled(const ItemKey& key, const Map& contents) {
  const std::string* const long_id = find_text(contents, kAggregate);
  const auto version = find_integer(contents, kVersion);
  if (!version) throw_corrupt("the handled version " + in_quotes(key.sort) + " under " + in_quotes(key.kind));
  return {long_id != nullptr ? *long_id : key.sort.substr(1), Version{*version}};
}

Map row_contents(std::string_view table, std::string_view key, std::string_view row) {
  const auto where = [&] { return "table " + in_quotes(table) + ", row " + in_quotes(key) + ": "; };
  Map contents;
  try {
    contents = to_map(row);
  } catch (const JsonError&) {
    throw;
  } catch (const Error& error) {
    throw Error{error.code(), where() + error.what()};
  }
  for (const Attribute& member : contents) validate_row_member(table, member.name);
  constexpr std::size_t kOwn = 128;  // the key's kind, the revision and their names
  if (const std::size_t bytes = item_size(contents) + key.size() + kOwn; bytes > kMaxItemBytes) {
    throw Error{Errc::invalid_argument, where() + "it has " + std::to_string(bytes) +
                                            " bytes; an item of DynamoDB has " + std::to_string(kMaxItemBytes) +
                                            " at most: keep less in a row, or split it"};
  }
  return contents;
}

void add_to(Map& contents, std::string_view member, std::int64_t amount) {
  const auto at = std::find_if(contents.begin(), contents.end(), [&](const Attribute& a) { return a.name == member; });
  if (at == contents.end()) {
    contents.push_back({std::string{member}, number(amount)});
    return;
  }
  const auto before = integer(at->value);
  std::int64_t sum = 0;
  if (!before || __builtin_add_overflow(*before, amount, &sum)) {
    throw Error{Errc::invalid_argument, "member " + in_quotes(member) + " of a row: " + std::to_string(amount) +
                                            " cannot be added: it is no whole number, or the sum is beyond 64 bits"};
  }
  at->value = number(sum);
}

}  // namespace leftfold::inline v0::dynamodb
