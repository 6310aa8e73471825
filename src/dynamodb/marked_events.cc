// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/marked_events.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/event_item.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::string_view kMark = "published";
constexpr std::size_t kMostAskedFor = 10'000;  // a page of DynamoDB's holds 1 MB

bool is_key(const KeyAttribute& key, std::string_view name) { return key.name == name && key.type == 'N'; }

}  // namespace

std::string index_of_marks(const TableDescription& table) {
  const auto fits = [](const IndexDescription& index) {
    return index.key.size() == 2 && is_key(index.key[0], kMark) && is_key(index.key[1], "committedAt") &&
           index.projection == "ALL";
  };
  const auto found = std::ranges::find_if(table.indexes, fits);
  return found == table.indexes.end() ? std::string{} : found->name;
}

EventPage MarkedEvents::unpublished(std::size_t max) {
  QueryRequest query;
  query.table = table_;
  query.index = index_;
  query.consistency = Consistency::eventual;  // all that an index can do
  query.documents = kDocuments;
  query.key = {"#p = :no", {{"#p", std::string{kMark}}}, {{":no", number(0)}}};
  EventPage page;
  while (page.size() < max) {
    query.limit = static_cast<int>(std::min(max - page.size(), kMostAskedFor));
    ItemPage items = client_.query(query);
    for (const Item& item : items.items) {
      const std::string* const aggregate_id = find_text(item, kAggregateId);
      if (aggregate_id == nullptr) throw Error{Errc::corrupt, "table " + table_ + ": an item has no aggregateId"};
      try {
        const ItemHead head = head_of(*aggregate_id, item);
        add_events(page, *aggregate_id, head, item, Version{0}, max - page.size());
      } catch (const Error& e) {
        if (e.code() != Errc::corrupt && e.code() != Errc::invalid_data) throw;  // a scan tells of it, and why
      }
    }
    query.after = std::move(items.last_key);
    if (query.after.empty()) {
      page.set_at_end(true);
      break;
    }
  }
  return page;
}

void MarkedEvents::mark_published(std::span<const RecordedEvent> events) {
  for (const RecordedEvent& event : events) {
    ItemWrite write;
    write.kind = ItemWrite::Kind::update;
    write.table = table_;
    write.item = event_key(event.aggregate_id, event.version);
    write.update = "SET #p = :yes";
    // Only where the mark is: an event of leftfold's has none, and must not get into the index.
    write.condition = {"#p = :no", {{"#p", std::string{kMark}}}, {{":yes", number(1)}, {":no", number(0)}}};
    (void)client_.write(write);  // one that is gone, or marked already, is left alone
  }
}

}  // namespace leftfold::inline v0::dynamodb
