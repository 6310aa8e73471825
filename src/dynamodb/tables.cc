// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/tables.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/event_item.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{250};
constexpr std::chrono::minutes kLongestCreation{5};

CreateTableRequest events_table(const DynamoDbOptions& options) {
  CreateTableRequest request;
  request.table = options.events_table;
  request.partition_key = {std::string{kAggregateId}, 'S'};
  request.sort_key = KeyAttribute{std::string{kVersion}, 'N'};
  request.stream_new_image = true;
  request.deletion_protection = options.deletion_protection;
  return request;
}

CreateTableRequest second_table(const DynamoDbOptions& options) {
  CreateTableRequest request;
  request.table = options.second_table;
  request.partition_key = {std::string{kKind}, 'S'};
  request.sort_key = KeyAttribute{std::string{kSort}, 'S'};
  request.deletion_protection = options.deletion_protection;
  return request;
}

void check_key(const CreateTableRequest& wanted, const TableDescription& table) {
  const auto same = [](const KeyAttribute& a, const KeyAttribute& b) { return a.name == b.name && a.type == b.type; };
  if (table.key.size() == 2 && same(table.key[0], wanted.partition_key) && same(table.key[1], *wanted.sort_key)) return;
  std::string found;
  for (const KeyAttribute& key : table.key) found += (found.empty() ? "" : ", ") + key.name + " (" + key.type + ")";
  throw Error{Errc::unsupported, "table " + wanted.table + " has the key " + found + "; leftfold needs " +
                                     wanted.partition_key.name + " (" + wanted.partition_key.type + "), " +
                                     wanted.sort_key->name + " (" + wanted.sort_key->type +
                                     "): give the store another table name"};
}

void create(Client& client, const CreateTableRequest& request) {
  try {
    client.create_table(request);
    client.options().log->log(LogLevel::info, "dynamodb", "created a table", {{"table", request.table}});
  } catch (const Error& e) {
    if (already_there(e)) return;  // another process was first
    if (e.code() != Errc::in_doubt || !client.describe_table(request.table)) throw;
  }
}

TableDescription wait_until_usable(Client& client, const std::string& name, std::optional<TableDescription> table) {
  Clock& clock = *client.options().clock;
  const Instant deadline = clock.instant() + kLongestCreation;
  while (!table || (table->status != "ACTIVE" && table->status != "UPDATING")) {
    if (clock.instant() >= deadline) {
      throw Error{Errc::unavailable, "table " + name + " is still " + (table ? table->status : "not to be seen") +
                                         " after 5 minutes; look at it in the AWS console, then try again"};
    }
    base::sleep_for(clock, kBetweenLooks);
    table = client.describe_table(name);
  }
  return *table;
}

/// Right after a table's creation DynamoDB may not be ready to back it up; then this waits.
void enable_recovery(Client& client, const std::string& table) {
  Clock& clock = *client.options().clock;
  const Instant deadline = clock.instant() + kLongestCreation;
  for (;; base::sleep_for(clock, kBetweenLooks)) {
    try {
      return client.enable_point_in_time_recovery(table);
    } catch (const Error& e) {
      if (!not_ready_yet(e)) throw;
      if (clock.instant() < deadline) continue;
      throw Error{Errc::unavailable,
                  "table " + table + " is there, but DynamoDB does not turn point-in-time recovery on: " + e.what() +
                      "; turn it on in the AWS console"};
    }
  }
}

/// Events never expire; whoever may not ask for the setting is trusted to know it.
void check_time_to_live(Client& client, const std::string& table) {
  std::string attribute;
  try {
    attribute = client.time_to_live(table);
  } catch (const Error& e) {
    client.options().log->log(LogLevel::warn, "dynamodb", "cannot see whether the table's items expire",
                              {{"table", table}, {"cause", e.what()}});
    return;
  }
  if (attribute.empty()) return;
  throw Error{Errc::invalid_config, "table " + table + " deletes items by their attribute " + attribute +
                                        ": events must stay; turn its time to live off"};
}

TableDescription prepare(Client& client, const DynamoDbOptions& options, const CreateTableRequest& wanted) {
  auto table = client.describe_table(wanted.table);
  const bool missing = !table;
  if (missing) {
    if (options.tables == DynamoDbOptions::Tables::must_exist) {
      throw Error{Errc::not_found, "there is no table " + wanted.table +
                                       "; check region and name, or let the store create it (Tables::create)"};
    }
    create(client, wanted);
  }
  TableDescription usable = wait_until_usable(client, wanted.table, std::move(table));
  check_key(wanted, usable);
  if (missing && options.point_in_time_recovery) enable_recovery(client, wanted.table);
  return usable;
}

}  // namespace

void prepare_tables(Client& client, const DynamoDbOptions& options) {
  if (options.tables == DynamoDbOptions::Tables::unchecked) return;
  const TableDescription events = prepare(client, options, events_table(options));
  check_time_to_live(client, options.events_table);
  if (events.stream_view_type != "NEW_IMAGE" && events.stream_view_type != "NEW_AND_OLD_IMAGES") {
    client.options().log->log(LogLevel::warn, "dynamodb", "the events table has no stream: nothing can publish from it",
                              {{"table", options.events_table}});
  }
  (void)prepare(client, options, second_table(options));
}

}  // namespace leftfold::inline v0::dynamodb
