// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/appender.h"
#include "dynamodb/breakers.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/controls.h"
#include "dynamodb/dead_letters.h"
#include "dynamodb/known_heads.h"
#include "dynamodb/published_parts.h"
#include "dynamodb/read_tables.h"
#include "dynamodb/scanner.h"
#include "dynamodb/snapshots.h"
#include "dynamodb/stream_reader.h"
#include "dynamodb/tables.h"

namespace leftfold::inline v0 {
namespace {

DynamoDbOptions with_second_table(DynamoDbOptions options) {
  options.second_table = options.second_table_name();
  return options;
}

[[noreturn]] void throw_no_order(const char* what) {
  throw Error{Errc::unsupported, std::string{what} +
                                     ": DynamoDB has no order over all aggregates; read one aggregate, use "
                                     "DynamoDbStore::scan for everything in any order, or subscribe to the broker"};
}

}  // namespace

class DynamoDbStore::Impl {
 public:
  explicit Impl(DynamoDbOptions given)
      : options{with_second_table(std::move(given))},
        transports{dynamodb::connect_all(options)},
        client{*transports.tables, dynamodb::client_options(options)},
        streams{*transports.streams, dynamodb::client_options(options)},
        brief{*transports.brief, dynamodb::brief_client_options(options)},
        table{client, known, options.events_table, options.layout == DynamoDbOptions::Layout::item_per_commit},
        reader{table},
        appender{table, options.second_table},
        snapshots{client, options.second_table},
        controls{client, brief, options.second_table},
        breakers{brief, options.second_table},
        dead_letters{client, options.second_table},
        read_tables{client, options.second_table},
        published{client, streams, options.events_table, options.second_table, table.packed} {
    dynamodb::prepare_tables(client, options);
  }

  const DynamoDbOptions options;
  const dynamodb::Transports transports;
  dynamodb::Client client;
  dynamodb::Client streams;
  dynamodb::Client brief;
  dynamodb::KnownHeads known;
  const dynamodb::EventTable table;
  dynamodb::StreamReader reader;
  dynamodb::Appender appender;
  dynamodb::Snapshots snapshots;
  dynamodb::Controls controls;
  dynamodb::Breakers breakers;
  dynamodb::DeadLetters dead_letters;
  dynamodb::TablesOnDynamoDb read_tables;
  dynamodb::PublishedParts published;
};

DynamoDbStore::DynamoDbStore(DynamoDbOptions options) : impl_{std::make_unique<Impl>(std::move(options))} {}
DynamoDbStore::~DynamoDbStore() = default;

AppendResult DynamoDbStore::append(const AppendRequest& request) { return impl_->appender.append(request); }

std::vector<AppendResult> DynamoDbStore::import_commits(std::vector<RecordedCommit> commits) {
  std::vector<std::pair<AppendRequest, Timestamp>> requests;  // all are checked before the first is stored
  for (RecordedCommit& commit : commits) {
    const Timestamp recorded_at = commit.committed_at;
    requests.emplace_back(request_of(std::move(commit)), recorded_at);
  }
  std::vector<AppendResult> results;
  for (const auto& [request, recorded_at] : requests) {
    results.push_back(impl_->appender.append(request, recorded_at));
  }
  return results;
}

EventPage DynamoDbStore::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  return impl_->reader.read(aggregate_id, from, max);
}

EventPage DynamoDbStore::read_all(Position, std::size_t) { throw_no_order("read_all"); }
Position DynamoDbStore::head() { throw_no_order("head"); }

std::optional<Appended> DynamoDbStore::find_append(std::string_view aggregate_id, std::string_view idempotency_key) {
  const auto marker = impl_->appender.find(aggregate_id, idempotency_key);
  return marker ? std::optional{marker->result} : std::nullopt;
}

ScanPage DynamoDbStore::scan(const ScanPlace& where) { return dynamodb::scan_page(impl_->table, where); }
std::uint64_t DynamoDbStore::rough_size() {
  const auto table = impl_->client.describe_table(impl_->options.events_table);
  return table ? table->items : 0;
}

SnapshotStore& DynamoDbStore::snapshots() noexcept { return impl_->snapshots; }
ControlStore& DynamoDbStore::controls() noexcept { return impl_->controls; }
BreakerStore& DynamoDbStore::breakers() noexcept { return impl_->breakers; }
DeadLetterStore& DynamoDbStore::dead_letters() noexcept { return impl_->dead_letters; }

ReadTables& DynamoDbStore::read_tables() noexcept { return impl_->read_tables; }

PublishedStore DynamoDbStore::published(std::string_view name) {
  PublishedStore parts = impl_->published.of(name);
  parts.events = this;
  parts.scan = this;
  return parts;
}

CapacityUnits DynamoDbStore::consumed() const {
  CapacityUnits all = impl_->client.consumed();
  return all += impl_->brief.consumed();
}
const DynamoDbOptions& DynamoDbStore::options() const noexcept { return impl_->options; }

}  // namespace leftfold::inline v0
