#include "dynamodb/change_record.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"

namespace leftfold::dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;
using detail::in_quotes;

[[noreturn]] void fail(const std::string& what) { throw Error{Errc::invalid_data, what}; }

/// The member called `name`, whatever its place; empty when there is none.
std::optional<ondemand::value> member(ondemand::object& object, std::string_view name) {
  ondemand::value found;
  const auto error = object.find_field_unordered(name).get(found);
  if (error == simdjson::NO_SUCH_FIELD) return std::nullopt;
  check(error);
  return found;
}

std::string text_member(ondemand::object& object, std::string_view name) {
  const auto found = member(object, name);
  std::string_view text;
  ondemand::value value = found.value_or(ondemand::value{});
  if (!found || value.get_string().get(text) != simdjson::SUCCESS || text.empty()) {
    fail("it has no " + std::string{name});
  }
  return std::string{text};
}

ondemand::object object_of(ondemand::value value, std::string_view name) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) fail(std::string{name} + " is no object");
  return object;
}

/// The parser that reads an image on its own, so that one which does not decode ends no other.
ondemand::parser& image_parser() {
  thread_local ondemand::parser parser;
  return parser;
}

/// Reading nests as deep as the text does, so that is looked at first: an attribute's value is an object around
/// another one or around a list.
void check_depth(std::string_view json) {
  constexpr int kDeepest = 2 * kMaxDepth + 2;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) fail("values are nested deeper than DynamoDB's 32 levels");
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

/// Reads `json`, part of a text that a parser holds with its padding.
Item read_part(std::string_view json, Documents documents) {
  check_depth(json);
  ondemand::document document;
  check(image_parser().iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document));
  ondemand::value root;
  check(document.get_value().get(root));
  return read_item(root, documents);
}

struct Key {
  std::string aggregate_id;
  Version version;
};

Key read_key(ondemand::object& stream_record) {
  const auto keys = member(stream_record, "Keys");
  if (!keys) fail("it has no Keys");
  std::string_view json;
  check(object_of(*keys, "Keys").raw_json().get(json));
  const Item item = read_part(json, {});
  const std::string* const aggregate_id = find_text(item, kAggregateId);
  const auto version = find_integer(item, kVersion);
  if (aggregate_id == nullptr || aggregate_id->empty() || !version || *version < 0) {
    fail("its Keys are not those of an event (aggregateId, version); let the function read the events table's stream");
  }
  return {*aggregate_id, Version{*version}};
}

/// What `read` throws of what lies within one image.
template <class Read>
std::string why_not(Read read) {
  try {
    read();
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

void add_events_of(ChangePage& page, Change& change, const Key& key, std::string_view image) {
  EventPage events;  // whole or not at all
  change.unreadable = why_not([&] {
    if (image.empty()) fail("the record has no NewImage; set the table's stream view type to NEW_IMAGE");
    const Item item = read_part(image, kDocuments);
    const ItemHead head = head_of(key.aggregate_id, item);
    if (head.first != key.version) fail("the image is of version " + std::to_string(head.first.value()));
    add_events(events, key.aggregate_id, head, item, key.version, std::numeric_limits<std::size_t>::max());
  });
  if (!change.unreadable.empty()) {
    events = {};
    RecordedEvent unread;
    unread.aggregate_id = key.aggregate_id;
    unread.version = key.version;
    events.add(unread);
    change.unreadable = "aggregate " + in_quotes(key.aggregate_id) + ", version " +
                        std::to_string(key.version.value()) + ": " + change.unreadable;
  }
  change.events = events.size();
  for (const RecordedEvent& event : events) page.events.add(event);
}

std::optional<Timestamp> creation_time(ondemand::object& stream_record) {
  const auto found = member(stream_record, "ApproximateCreationDateTime");
  if (!found) return std::nullopt;
  ondemand::value value = *found;
  double seconds = 0;  // 1480642020 as well as 1.480642019E9
  constexpr double kYear9999 = 253'402'300'799.0;
  if (value.get_double().get(seconds) != simdjson::SUCCESS || !(seconds >= 0) || seconds > kYear9999) {
    return std::nullopt;
  }
  return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(std::round(seconds * 1000))}};
}

}  // namespace

std::optional<Timestamp> add_change(ChangePage& page, ondemand::object record) {
  const std::string what = text_member(record, "eventName");
  const auto found = member(record, "dynamodb");
  if (!found) fail("it has no member \"dynamodb\"; let the function read a DynamoDB stream");
  ondemand::object stream_record = object_of(*found, "dynamodb");
  Change change;
  change.first_event = page.events.size();
  change.sequence = text_member(stream_record, "SequenceNumber");
  constexpr std::string_view kDigits = "0123456789";
  if (change.sequence.find_first_not_of(kDigits) != change.sequence.npos) {
    fail("its SequenceNumber " + in_quotes(change.sequence) + " is no number");
  }
  const auto created = creation_time(stream_record);
  if (what == "INSERT") {
    const Key key = read_key(stream_record);
    std::string_view image;
    if (const auto new_image = member(stream_record, "NewImage")) {
      check(object_of(*new_image, "NewImage").raw_json().get(image));
    }
    add_events_of(page, change, key, image);
  } else if (what == "MODIFY" || what == "REMOVE") {
    ++page.ignored;
  } else {
    fail("its eventName " + in_quotes(what) + " is none of INSERT, MODIFY and REMOVE");
  }
  page.changes.push_back(std::move(change));
  return created;
}

}  // namespace leftfold::dynamodb
