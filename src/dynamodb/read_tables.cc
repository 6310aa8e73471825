// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/read_tables.h"

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/payload.h"
#include "dynamodb/shadow_tables.h"
#include "dynamodb/table_swap.h"

namespace leftfold::inline v0::dynamodb {
namespace {

// A call outside of a transaction meets another one only in the moment between its reading and its writing.
constexpr int kMostTries = 10;

void check(std::string_view table, std::string_view key) {
  validate_table(table);
  validate_row_key(table, key);
}

}  // namespace

template <class Write>
void TablesOnDynamoDb::write(std::string_view table, Write write) {
  if (TableTransaction* const here = place_->threads.here()) return write(*here);
  for (int tries = 0; tries < kMostTries; ++tries) {
    TableTransaction alone{place_};
    write(alone);
    if (alone.commit_alone()) return;
  }
  throw Error{Errc::unavailable, "table " + detail::in_quotes(table) +
                                     ": others write to it all the time; nothing of this call is stored, try again"};
}

template <class Read>
auto TablesOnDynamoDb::read(Read read) {
  if (TableTransaction* const here = place_->threads.here()) return read(*here);
  TableTransaction alone{place_};
  return read(alone);
}

std::unique_ptr<ReadModelTransaction> TablesOnDynamoDb::begin(std::string_view projector) {
  return std::make_unique<TableTransaction>(place_, projector);
}

std::optional<Position> TablesOnDynamoDb::checkpoint(std::string_view projector) {
  const std::optional<Item> item = place_->client.get(place_->table, projector_key(projector).item()).item;
  return item ? read_projector_contents(contents_of(*item)).checkpoint : std::nullopt;
}

std::unique_ptr<ShadowTables> TablesOnDynamoDb::open_shadow(std::string_view projector) {
  return open_shadow_of(place_, projector);
}

Position TablesOnDynamoDb::restore_kept(std::string_view projector) { return swap_back(*place_, projector); }

std::optional<std::string> TablesOnDynamoDb::find(std::string_view table, std::string_view key) {
  check(table, key);
  const std::optional<Map> row = read([&](TableTransaction& t) { return t.find(table, key); });
  return row ? std::optional{to_json(*row)} : std::nullopt;
}

void TablesOnDynamoDb::put(std::string_view table, std::string_view key, std::string_view row) {
  check(table, key);
  const Map contents = row_contents(table, key, row);
  write(table, [&](TableTransaction& t) { t.put(table, key, contents); });
}

void TablesOnDynamoDb::erase(std::string_view table, std::string_view key) {
  check(table, key);
  write(table, [&](TableTransaction& t) { t.erase(table, key); });
}

void TablesOnDynamoDb::add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) {
  check(table, key);
  validate_row_member(table, member);
  write(table, [&](TableTransaction& t) { t.add(table, key, member, amount); });
}

void TablesOnDynamoDb::clear(std::string_view table) {
  validate_table(table);
  write(table, [&](TableTransaction& t) { t.clear(table); });
}

std::vector<TableRow> TablesOnDynamoDb::list(std::string_view table, std::string_view after, std::size_t max) {
  validate_table(table);
  return read([&](TableTransaction& t) { return t.list(table, after, max); });
}

}  // namespace leftfold::inline v0::dynamodb
