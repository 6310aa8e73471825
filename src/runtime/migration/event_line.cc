// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/event_line.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/json_value.h>

#include "core/place.h"

namespace leftfold::inline v0::runtime {
namespace {

using Text = std::optional<std::string>;

// Names and order of the members are the format; those that are not set are not written.
struct Head {
  std::optional<int> format{};
  Text aggregate_id{};
  std::optional<Version> version{};
  Text type{};
  std::optional<std::int32_t> schema_version{};
  std::optional<Uuid> event_id{};
  std::optional<Timestamp> committed_at{};
  std::optional<Uuid> commit_id{};
  std::optional<std::int32_t> commit_pos{};
  std::optional<std::int32_t> commit_size{};
};

constexpr std::array<std::string_view, 14> kMembers{
    "format",    "aggregate_id", "version",     "type",    "schema_version", "event_id", "committed_at",
    "commit_id", "commit_pos",   "commit_size", "payload", "payload_text",   "metadata", "metadata_text"};

struct FormatMember {
  std::optional<int> format{};
};

/// True when `text` is an object that reading a line brings back byte by byte.
bool stands_as_it_is(std::string_view text) {
  if (!text.starts_with('{')) return false;
  const std::string inside = "{\"document\":" + std::string{text} + "}";
  try {
    return Json::parse(inside).text() == inside;
  } catch (const JsonError&) {
    return false;
  }
}

/// `,"payload":{...}`, or `,"payload_text":"..."` for what would come back as another text.
void append_document(std::string& line, std::string_view name, std::string_view text) {
  const bool as_it_is = stands_as_it_is(text);
  ((line += ",\"") += name) += as_it_is ? "\":" : "_text\":";
  line += as_it_is ? std::string{text} : to_json(std::string{text});
}

[[noreturn]] void fail(std::size_t line, std::string_view name, std::string_view problem,
                       Errc code = Errc::invalid_data) {
  throw Error{code, "line " + std::to_string(line) + ": $." + std::string{name} + " " + std::string{problem}};
}

template <class T>
void take(std::size_t line, std::string_view name, std::optional<T>& member, T& into) {
  if (!member) fail(line, name, "is missing");
  into = std::move(*member);
}

/// The text of a document, however it is given; empty when it is not.
std::string document(std::size_t number, const std::string& name, const Json& line) {
  const Json* const as_it_is = line.find(name);
  const Json* const text = line.find(name + "_text");
  if (as_it_is != nullptr && text != nullptr) {
    fail(number, name, "is given twice, as it is and as " + name + "_text; leave one out");
  }
  if (text != nullptr) return text->as<std::string>();
  if (as_it_is == nullptr) return {};
  if (as_it_is->kind() != Json::Kind::object) fail(number, name, "is no object");
  return as_it_is->text();
}

void check_format(std::string_view line, std::size_t number) {
  FormatMember format;  // first, as what a newer format holds may not be readable at all
  read_json(line, format);
  if (!format.format) fail(number, "format", "is missing; is this a file that export wrote?");
  if (*format.format > kEventLineFormat) {
    fail(number, "format",
         "is " + std::to_string(*format.format) + ", this program reads up to " + std::to_string(kEventLineFormat) +
             "; use a newer leftfold",
         Errc::unsupported);
  }
  if (*format.format != kEventLineFormat) fail(number, "format", "is no format of events");
}

EventCopy event_of(std::string_view line, std::size_t number) {
  check_format(line, number);
  const Json all = Json::parse(line);
  for (const Json::Member& member : all.members()) {
    if (std::ranges::find(kMembers, member.name) == kMembers.end()) {
      fail(number, member.name, "is no member of format 1");
    }
  }
  Head head;
  read_json(line, head);
  EventCopy event;
  take(number, "aggregate_id", head.aggregate_id, event.aggregate_id);
  take(number, "version", head.version, event.version);
  take(number, "type", head.type, event.type);
  take(number, "schema_version", head.schema_version, event.schema_version);
  take(number, "event_id", head.event_id, event.id);
  take(number, "committed_at", head.committed_at, event.committed_at);
  take(number, "commit_id", head.commit_id, event.commit_id);
  take(number, "commit_pos", head.commit_pos, event.commit_pos);
  take(number, "commit_size", head.commit_size, event.commit_size);
  event.payload = document(number, "payload", all);
  if (event.payload.empty()) fail(number, "payload", "is missing, and payload_text too");
  event.metadata = document(number, "metadata", all);
  if (event.commit_pos < 0 || event.commit_pos >= event.commit_size) {
    fail(number, "commit_pos", "is none of a commit of commit_size events");
  }
  return event;
}

}  // namespace

void append_event_line(std::string& out, const RecordedEvent& event) {
  Head head;
  head.format = kEventLineFormat;
  head.aggregate_id = event.aggregate_id;
  head.version = event.version;
  head.type = event.type;
  head.schema_version = event.schema_version;
  head.event_id = event.id;
  head.committed_at = event.committed_at;
  head.commit_id = event.commit_id;
  head.commit_pos = event.commit_pos;
  head.commit_size = event.commit_size;
  try {
    std::string line = to_json(head);
    line.pop_back();
    append_document(line, "payload", event.payload);
    if (!event.metadata.empty()) append_document(line, "metadata", event.metadata);
    out += line += "}\n";
  } catch (const JsonError& error) {
    throw Error{Errc::invalid_data, detail::place_of(event) + " cannot be written as a line of JSON: " + error.what()};
  }
}

EventCopy read_event_line(std::string_view line, std::size_t number) {
  try {
    return event_of(line, number);
  } catch (const JsonError& error) {
    throw Error{Errc::invalid_data, "line " + std::to_string(number) + ": " + error.what()};
  }
}

}  // namespace leftfold::inline v0::runtime
