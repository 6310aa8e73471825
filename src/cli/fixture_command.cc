// SPDX-License-Identifier: Apache-2.0
// The command events fixture: what happened to one aggregate, for a test.
#include <algorithm>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/cpp_event.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
#include "cli/numbers.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// The program's aggregate that has these events; null in lfold, and when none has them.
const AggregateInfo* aggregate_of(const std::vector<AggregateInfo>& all, const std::vector<EventCopy>& events) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const AggregateInfo& info) {
    return std::all_of(events.begin(), events.end(), [&](const EventCopy& event) {
      return info.catalog.find(event.type) != nullptr || info.catalog.drops(event.type) || event.type == kSnapshotNote;
    });
  });
  return at == all.end() ? nullptr : &*at;
}

[[noreturn]] void refuse(const RecordedEvent& event, const std::string& why) {
  throw Error{Errc::invalid_data, "version " + std::to_string(event.version.value()) + " (" + std::string{event.type} +
                                      ") cannot be written as C++: " + why + "; --output json prints it as it is"};
}

/// What is pasted into a test must not bring code of its own. A name with a dot is one to be corrected by hand.
bool may_be_type(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
           c == '.';
  });
}

/// As the struct has its fields, which is the order designated initialisers must have; DynamoDB's maps have none. What
/// cannot be read stays as it is.
std::string payload_of(const RecordedEvent& event, const EventInfo* info) {
  try {
    if (info != nullptr) return info->rewrite(event);
  } catch (const Error&) {
  }
  return std::string{event.payload};
}

std::string cpp_of(const RecordedEvent& event, const EventInfo* info) {
  try {
    const Json payload = Json::parse(payload_of(event, info));
    if (info == nullptr) {
      if (!may_be_type(event.type)) refuse(event, "its type is no name of C++");
      return cpp_event(event.type, payload, nullptr);
    }
    const Json shape = info->shape();
    return cpp_event(info->name, payload, &shape);
  } catch (const JsonError& error) {
    refuse(event, error.what());
  }
}

/// Each event as the program knows it today, or as it is stored.
std::vector<std::string> lines_of(const std::vector<EventCopy>& events, const AggregateInfo* aggregate) {
  std::vector<std::string> lines;
  for (const EventCopy& copy : events) {
    const RecordedEvent stored = copy.view();
    if (aggregate == nullptr) {
      if (stored.type != kSnapshotNote) lines.push_back(cpp_of(stored, nullptr));
      continue;
    }
    if (const auto today = upcast(stored, aggregate->catalog)) {
      for (const RecordedEvent& event : today->events()) {
        lines.push_back(cpp_of(event, aggregate->catalog.find(event.type)));
      }
    }
  }
  return lines;
}

std::string cpp_text(const std::vector<EventCopy>& events, const AggregateInfo* aggregate) {
  std::string text = aggregate == nullptr ? "" : "given<" + std::string{aggregate->name} + ">(\n";
  const std::string indent = aggregate == nullptr ? "" : "    ";
  const std::vector<std::string> lines = lines_of(events, aggregate);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += indent + lines[i] + (i + 1 < lines.size() ? ",\n" : aggregate == nullptr ? "\n" : ")\n");
  }
  return text;
}

std::string json_text(const std::vector<EventCopy>& events) {
  std::string text = "[";
  for (const EventCopy& each : events) {
    text += text.size() == 1 ? "\n" : ",\n";
    text += "  {\"type\":";
    append_json_string(text, each.type);
    text += ",\"schema_version\":" + std::to_string(each.schema_version) + ",\"payload\":";
    append_json_object(text, each.payload);
    text += '}';
  }
  return text + "\n]\n";
}

}  // namespace

int print_fixture(Context& context) {
  const Flags& flags = context.line.flags;
  const std::string form = flags.value("--output", context.json ? "json" : "cpp");
  if (form != "cpp" && form != "json") refuse_value("--output", form, "cpp or json");
  const EventChoice choice = read_choice(flags, flags.rest.front(), system_clock());
  const Opened opened = open_for_reading(context);
  expect_stream(context, *opened.store, choice.stream);
  std::vector<EventCopy> events;
  EventWalk walk{*opened.store, nullptr, context.signals.token()};
  const bool complete = walk.run(choice, [&](const RecordedEvent& event) {
    events.emplace_back(event);
    return true;
  });
  if (!complete) return kSignal + context.signals.received();
  std::vector<AggregateInfo> aggregates;
  if (context.program.app != nullptr) aggregates = context.program.app->aggregates();
  const AggregateInfo* const aggregate = aggregate_of(aggregates, events);
  Output out;
  out.write(form == "json" ? json_text(events) : cpp_text(events, aggregate));
  out.flush();
  if (form == "cpp" && aggregate == nullptr) {
    hint(context,
         "types of fields are guessed from JSON; a program that has these events as an aggregate's knows them");
  }
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
