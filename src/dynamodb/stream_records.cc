// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/stream_records.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>

#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"

namespace leftfold::inline v0 {
namespace dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;
using std::chrono::milliseconds;

/// One record, before its item is looked at. The texts are views into the answer.
struct Record {
  std::string name;  // INSERT, MODIFY, REMOVE
  std::string sequence;
  std::string_view keys;   // JSON of an item; empty for none
  std::string_view image;  // the same
  std::optional<Timestamp> created;
};

/// Of a JSON number of seconds, with or without a fraction or an exponent; empty for anything else: it is only for
/// people to see how far behind a reader is.
std::optional<Timestamp> read_time(ondemand::value in) {
  double seconds = 0;
  constexpr double kMost = 1e11;  // beyond the year 5000
  if (in.get_double().get(seconds) != simdjson::SUCCESS || !(seconds > 0) || seconds > kMost) return std::nullopt;
  return Timestamp{milliseconds{std::llround(seconds * 1000)}};
}

std::string_view json_of(ondemand::value in) {
  std::string_view json;
  check(simdjson::to_json_string(in).get(json));
  return json;
}

void read_change(Record& record, ondemand::value in) {
  each_member(in, [&](std::string_view name, ondemand::value value) {
    if (is_null(value)) return;
    if (name == "SequenceNumber") record.sequence = text_of(value);
    else if (name == "ApproximateCreationDateTime") record.created = read_time(value);
    else if (name == "Keys") record.keys = json_of(value);
    else if (name == "NewImage") record.image = json_of(value);
  });
}

/// Of JSON that lies inside a larger one. An item is read apart from its record, so that what is wrong inside it ends
/// there.
Item read_inner(std::string_view json, Documents documents) {
  thread_local ondemand::parser parser;
  ondemand::document document;
  check(parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document));
  ondemand::value root;
  check(document.get_value().get(root));
  return read_item(root, documents);
}

[[noreturn]] void refuse(std::size_t place, const Record& record, const std::string& why) {
  throw Error{Errc::invalid_data, "stream record " + std::to_string(place) +
                                      (record.sequence.empty() ? "" : " (sequence " + record.sequence + ")") + ": " +
                                      why};
}

void add_unreadable(ChangePage& page, Change& change, std::string_view aggregate_id, Version version, std::string why) {
  RecordedEvent event;
  event.aggregate_id = aggregate_id;
  event.version = version;
  page.events.add(event);
  change.events = 1;
  change.unreadable = std::move(why);
}

void add_item(ChangePage& page, Change& change, std::string_view aggregate_id, const Item& item) {
  const ItemHead head = head_of(aggregate_id, item);
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  if (head.first == head.last) {
    change.events = add_events(page.events, aggregate_id, head, item, Version{0}, kAll);
    return;
  }
  EventPage whole;  // the last event of a commit may be the one that cannot be read
  change.events = add_events(whole, aggregate_id, head, item, Version{0}, kAll);
  for (const RecordedEvent& event : whole) page.events.add(event);
}

Item read_key(std::size_t place, const Record& record) {
  if (record.keys.empty()) refuse(place, record, "it has no Keys");
  try {
    return read_inner(record.keys, {});
  } catch (const Error& e) {
    refuse(place, record, std::string{"its Keys: "} + e.what());
  }
}

/// The record of a new item.
void add_insert(ChangePage& page, Change& change, std::size_t place, const Record& record) {
  const Item key = read_key(place, record);
  const std::string* const aggregate_id = find_text(key, kAggregateId);
  const AttributeValue* const place_in_it = find(key, kVersion);
  if (aggregate_id == nullptr || place_in_it == nullptr || place_in_it->as<Number>() == nullptr) {
    refuse(place, record,
           "its key is not aggregateId and version; this is not the stream of an events table, look at where the "
           "records come from");
  }
  const auto version = version_of(key);
  if (!version) {  // an item that somebody put beside the events
    ++page.ignored;
    return;
  }
  if (record.image.empty()) {
    return add_unreadable(page, change, *aggregate_id, *version,
                          "the stream does not show the item; set its view type to NEW_IMAGE");
  }
  Version told = *version;
  try {
    const Item item = read_inner(record.image, kDocuments);
    told = last_told(item, *version);
    add_item(page, change, *aggregate_id, item);
  } catch (const Error& e) {
    if (e.code() != Errc::corrupt && e.code() != Errc::invalid_data) throw;
    add_unreadable(page, change, *aggregate_id, told, e.what());
  }
}

Record read_record(std::size_t place, ondemand::value in) {
  Record record;
  try {
    each_member(in, [&](std::string_view name, ondemand::value value) {
      if (name == "eventName") record.name = text_of(value);
      else if (name == "dynamodb") read_change(record, value);
    });
  } catch (const Error& e) {
    refuse(place, record, e.what());
  }
  if (record.sequence.empty()) refuse(place, record, "it has no SequenceNumber");
  return record;
}

void add_record(ChangePage& page, std::size_t place, const Record& record) {
  Change change;
  change.sequence = record.sequence;
  change.first_event = page.events.size();
  if (record.name == "INSERT") {
    add_insert(page, change, place, record);
  } else if (record.name == "MODIFY" || record.name == "REMOVE") {
    ++page.ignored;
  } else {
    refuse(place, record, "its eventName is \"" + record.name + "\", not INSERT, MODIFY or REMOVE");
  }
  page.changes.push_back(std::move(change));
}

}  // namespace

void add_records(ChangePage& page, ondemand::value in, Timestamp now) {
  std::optional<Timestamp> newest;
  std::size_t place = 0;
  each_element(in, [&](ondemand::value element) {
    const Record record = read_record(place, element);
    add_record(page, place++, record);
    if (record.created && (!newest || *record.created > *newest)) newest = record.created;
  });
  if (newest) page.behind = std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(now - *newest));
}

}  // namespace dynamodb

ChangePage read_stream_records(std::string_view json, const Clock& clock) {
  ChangePage page;
  bool found = false;
  std::string text{json};
  try {
    dynamodb::read_object(text, [&](std::string_view name, simdjson::ondemand::value value) {
      if (name != "Records") return;
      found = true;
      dynamodb::add_records(page, value, clock.now());
    });
  } catch (const Error& e) {
    if (e.code() != Errc::invalid_data) throw;
    throw Error{Errc::invalid_data, std::string{"records of a DynamoDB stream: "} + e.what()};
  }
  if (!found) throw Error{Errc::invalid_data, "records of a DynamoDB stream: the JSON has no Records"};
  return page;
}

}  // namespace leftfold::inline v0
