// SPDX-License-Identifier: Apache-2.0
// The command append: one event by hand.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/json_value.h>
#include <leftfold/metadata.h>

#include "app/nearest.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/numbers.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr int kAttempts = 5;  // with --expect any, while others write the same stream

/// The JSON itself, a file, or stdin.
std::string data_of(const Context& context) {
  const Flags& flags = context.line.flags;
  if (flags.count("--data") == 0) throw UsageError{"append needs --data: a JSON object, a file, or - for stdin"};
  const std::string given = flags.value("--data");
  const std::size_t begin = given.find_first_not_of(" \t\r\n");
  const bool json = begin != given.npos && (given[begin] == '{' || given[begin] == '[');
  return json ? given : read_input(context, given);
}

/// One line, as programs write it; members in their order, numbers by their digits.
std::string payload_of(const std::string& data) {
  Json json;
  try {
    json = Json::parse(data);
  } catch (const JsonError& error) {
    throw Error{Errc::invalid_data, "--data does not decode: " + std::string{error.what()}};
  }
  if (json.kind() != Json::Kind::object) throw Error{Errc::invalid_data, "--data is no JSON object"};
  return json.text();
}

std::string metadata_text(const Flags& flags) {
  CommandContext context;
  const std::map<std::string_view, std::string*> known{{"correlation_id", &context.correlation_id},
                                                       {"causation_id", &context.causation_id},
                                                       {"traceparent", &context.traceparent}};
  const auto given = flags.values.find("--metadata");  // not a list: values may have commas in them
  if (given == flags.values.end()) return {};
  for (const std::string& text : given->second) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) refuse_value("--metadata", text, "NAME=VALUE");
    const std::string name = text.substr(0, equals);
    const auto reserved = known.find(name);
    std::string& value = reserved != known.end() ? *reserved->second : context.headers[name];
    if (!value.empty()) throw UsageError{"--metadata " + name + " is given twice"};
    value = text.substr(equals + 1);
  }
  return to_metadata_json(context);
}

/// Every event that the program knows, from its aggregates and handlers.
std::vector<EventCatalog> catalogs_of(const App& app) {
  std::vector<EventCatalog> all;
  for (const AggregateInfo& each : app.aggregates()) all.push_back(each.catalog);
  for (const HandlerInfo& each : app.handlers()) all.push_back(each.catalog);
  return all;
}

/// What a program stores under this name today. Throws UsageError for a name it does not know.
int version_in(const Context& context, const std::vector<EventCatalog>& catalogs, const std::string& type) {
  std::vector<std::string_view> names;
  for (const EventCatalog& catalog : catalogs) {
    if (const EventInfo* const info = catalog.find(type)) return info->version;
    for (const EventInfo* each : catalog.events) names.push_back(each->name);
  }
  throw UsageError{context.program.name + " has no event \"" + type + "\"" + app::did_you_mean(type, names) +
                   "; lfold appends events that no program knows"};
}

/// Throws Error(invalid_data) with the JSON path when a struct of the program's cannot be made of it.
void check_decodes(const std::vector<EventCatalog>& catalogs, const std::string& stream, const NewEvent& event) {
  RecordedEvent recorded;
  recorded.id = event.id;
  recorded.commit_id = event.id;
  recorded.aggregate_id = stream;
  recorded.version = Version{0};
  recorded.type = event.type;
  recorded.payload = event.payload;
  recorded.metadata = event.metadata;
  recorded.schema_version = event.schema_version;
  for (const EventCatalog& catalog : catalogs) (void)try_decode(recorded, catalog);
}

/// A member that no struct has would be stored and never read: by hand it is a misspelling.
void check_fields(const std::vector<EventCatalog>& catalogs, const NewEvent& event) {
  std::vector<std::string> fields;
  for (const EventCatalog& catalog : catalogs) {
    const EventInfo* const info = catalog.find(event.type);
    if (info == nullptr || info->version != event.schema_version) continue;
    const Json shape = info->shape();
    for (const Json::Member& field : shape.at("fields").members()) fields.push_back(field.name);
  }
  if (fields.empty()) return;
  const std::vector<std::string_view> names{fields.begin(), fields.end()};
  const Json payload = Json::parse(event.payload);
  for (const Json::Member& member : payload.members()) {
    if (std::find(names.begin(), names.end(), member.name) != names.end()) continue;
    throw Error{Errc::invalid_data, "--data: " + event.type + " has no field \"" + member.name + "\"" +
                                        app::did_you_mean(member.name, names)};
  }
}

NewEvent event_of(const Context& context, const std::string& stream, const std::string& type) {
  const Flags& flags = context.line.flags;
  NewEvent event;
  event.type = type;
  event.payload = payload_of(data_of(context));
  event.metadata = metadata_text(flags);
  event.id = Uuid::v7(system_clock().now());
  std::vector<EventCatalog> catalogs;
  if (context.program.app != nullptr) {
    catalogs = catalogs_of(*context.program.app);
    event.schema_version = version_in(context, catalogs, type);
  }
  if (flags.count("--schema-version") > 0) {
    constexpr std::int64_t kMost = 1'000'000;
    event.schema_version = static_cast<int>(positive_number(flags, "--schema-version", {}, kMost, "a version from 1"));
  }
  check_decodes(catalogs, stream, event);
  check_fields(catalogs, event);
  return event;
}

/// Empty for any.
std::optional<Version> expected_of(const Flags& flags) {
  constexpr std::string_view kAllowed = "the stream's version, none for a new stream, or any";
  if (flags.count("--expect") == 0) {
    throw UsageError{"append needs --expect: " + std::string{kAllowed}};
  }
  const std::string text = flags.value("--expect");
  if (text == "any") return std::nullopt;
  if (text == "none") return Version::none();
  const auto version = whole_number(text);
  if (!version) refuse_value("--expect", text, kAllowed);
  return Version{*version};
}

AppendResult append(EventStore& store, AppendRequest request, std::optional<Version> expected) {
  request.expected = expected ? *expected : last_version(store, request.aggregate_id);
  AppendResult result = store.append(request);
  for (int attempt = 1; !expected && attempt < kAttempts; ++attempt) {
    const auto* const conflict = std::get_if<Conflict>(&result);
    if (conflict == nullptr) break;
    request.expected = conflict->actual;
    result = store.append(request);
  }
  return result;
}

}  // namespace

int append_event(Context& context) {
  const Flags& flags = context.line.flags;
  const std::string& stream = flags.rest[0];
  const std::optional<Version> expected = expected_of(flags);
  AppendRequest request;
  request.aggregate_id = stream;
  request.idempotency_key = flags.value("--key");
  request.events.push_back(event_of(context, stream, flags.rest[1]));
  validate(request);
  if (flags.count("--write") == 0) {
    throw CommandFailed{kRefused, "refused",
                        "append stores an event for good: say so with --write; nothing was stored"};
  }
  const Opened opened = open_for_writing(context);
  EventStore& store = context.program.app == nullptr ? *opened.store : context.program.app->store();
  const std::string id = request.events.front().id.to_string();
  const AppendResult result = append(store, request, expected);
  if (const auto* const conflict = std::get_if<Conflict>(&result)) {
    throw VersionConflict{stream, expected.value_or(conflict->actual), conflict->actual};
  }
  const auto& appended = std::get<Appended>(result);
  Rows rows{context, "appended", {{"STREAM"}, {"VERSION", true}, {"POSITION", true}, {"ID"}, {"STORED BEFORE"}}};
  JsonObject object;
  object.text("stream", stream)
      .number("version", appended.version.value())
      .number("position", appended.position.value())
      .raw("event_id", appended.repeated ? "null" : "\"" + id + "\"")
      .time("committed_at", appended.committed_at)
      .boolean("stored_before", appended.repeated);
  const bool ordered = appended.position != Position::start();
  rows.add({stream, std::to_string(appended.version.value()), ordered ? std::to_string(appended.position.value()) : "-",
            appended.repeated ? "-" : id, appended.repeated ? "yes" : "no"},
           object);
  rows.finish();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
