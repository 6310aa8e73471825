// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/scanner.h"

#include <limits>
#include <string>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr int kMostSegments = 1'000'000;  // DynamoDB's own limit

[[noreturn]] void refuse(const std::string& why) { throw Error{Errc::invalid_argument, "scan: " + why}; }

Item read_place(std::string text) {
  Item key;
  try {
    read_object(text, [&](std::string_view name, simdjson::ondemand::value value) {
      std::string kept{name};
      key.push_back({std::move(kept), read_value(value)});
    });
  } catch (const Error&) {
    refuse("the place to go on from does not decode; use ScanPage::next as it came");
  }
  return key;
}

void add_item(ScanPage& page, std::string_view aggregate_id, Version version, const Item& item) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  try {
    EventPage whole;  // the last event of a commit may be the one that cannot be read
    add_events(whole, aggregate_id, head_of(aggregate_id, item), item, Version{0}, kAll);
    for (const RecordedEvent& event : whole) page.events.add(event);
  } catch (const Error& e) {
    if (e.code() != Errc::corrupt && e.code() != Errc::invalid_data) throw;
    page.unreadable.push_back({page.events.size(), e.what()});
    RecordedEvent event;
    event.aggregate_id = aggregate_id;
    event.version = last_told(item, version);
    page.events.add(event);
  }
}

}  // namespace

ScanPage scan_page(const EventTable& table, const ScanPlace& where) {
  if (where.segments < 1 || where.segments > kMostSegments || where.segment < 0 || where.segment >= where.segments) {
    refuse("there is no segment " + std::to_string(where.segment) + " of " + std::to_string(where.segments));
  }
  ScanRequest request;
  request.table = table.name;
  request.documents = kDocuments;
  request.segment = where.segment;
  request.segments = where.segments;
  if (!where.after.empty()) request.after = read_place(where.after);
  const ItemPage items = table.client.scan(request);
  ScanPage page;
  for (const Item& item : items.items) {
    const std::string* const aggregate_id = find_text(item, kAggregateId);
    if (aggregate_id == nullptr) throw Error{Errc::corrupt, "table " + table.name + ": an item has no aggregateId"};
    const auto version = version_of(item);
    if (!version) continue;  // an item that somebody put beside the events
    add_item(page, *aggregate_id, *version, item);
  }
  page.events.set_at_end(items.last_key.empty());
  if (!items.last_key.empty()) write_item(page.next, items.last_key);
  return page;
}

}  // namespace leftfold::inline v0::dynamodb
