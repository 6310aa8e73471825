// SPDX-License-Identifier: Apache-2.0
// The command events show: everything about one event.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/json_value.h>

#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/event_links.h"
#include "cli/event_printer.h"
#include "cli/event_walk.h"
#include "cli/find_event.h"
#include "cli/json_object.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

// Handlers come soon after what they handle, so a look at what follows finds what they stored, and stays cheap.
constexpr std::int64_t kLookBehind = 100'000;
constexpr std::size_t kMostCaused = 100;

struct Around {
  EventLinks links;
  std::optional<EventCopy> cause;
  std::vector<EventCopy> caused;
  bool looked = false;  ///< for both; a store without an order would be read whole
};

Around around(const Context& context, const Opened& opened, const RecordedEvent& event) {
  Around found;
  found.links = links_of(event);
  if (scan_of(opened) != nullptr) return found;
  found.looked = true;
  if (const auto id = Uuid::parse(found.links.causation_id)) found.cause = find_event(context, opened, *id);
  const std::string own_id = event.id.to_string();
  EventChoice behind;
  behind.from = {EventPlace::Kind::after_first, event.position.value()};
  behind.to = {EventPlace::Kind::after_first, event.position.value() + kLookBehind};
  EventWalk walk{*opened.store, nullptr, context.signals.token()};
  (void)walk.run(behind, [&](const RecordedEvent& each) {
    if (may_mention(each, own_id) && links_of(each).causation_id == own_id) found.caused.emplace_back(each);
    return found.caused.size() < kMostCaused;
  });
  return found;
}

std::string line(std::string_view name, std::string_view text) {
  constexpr std::size_t kWidth = 13;
  return std::string{name} + std::string(kWidth - name.size(), ' ') + printable(text) + "\n";
}

std::string in_words(const RecordedEvent& event) {
  return event.id.to_string() + "  " + std::string{event.type} + " of " + std::string{event.aggregate_id} +
         ", version " + std::to_string(event.version.value());
}

/// A line a member; what is no JSON as it is.
std::string tree(std::string_view title, std::string_view json) {
  std::string text;
  try {
    text = Json::parse(json.empty() ? "{}" : json).indented();
  } catch (const JsonError&) {
    text = std::string{json} + "\n";
  }
  std::string out = std::string{title} + "\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + printable(std::string_view{text}.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string for_people(const RecordedEvent& event, const Around& around) {
  std::string text = line("id", event.id.to_string());
  text += line("type", std::string{event.type} + ", schema version " + std::to_string(event.schema_version));
  text += line("stream", std::string{event.aggregate_id} + ", version " + std::to_string(event.version.value()));
  if (event.position != Position::start()) text += line("position", std::to_string(event.position.value()));
  text += line("stored", base::to_rfc3339(event.committed_at));
  text += line("commit", event.commit_id.to_string() + ", event " + std::to_string(event.commit_pos + 1) + " of " +
                             std::to_string(event.commit_size));
  if (!around.links.correlation_id.empty()) text += line("correlation", around.links.correlation_id);
  if (around.cause) {
    text += line("caused by", in_words(around.cause->view()));
  } else if (!around.links.causation_id.empty()) {
    text += line("caused by", around.links.causation_id + (around.looked ? ", which is no event here" : ""));
  }
  for (const EventCopy& each : around.caused) text += line("caused", in_words(each.view()));
  return text + tree("payload", event.payload) + tree("metadata", event.metadata);
}

std::string reference_json(const RecordedEvent& event) {
  return JsonObject{}
      .text("event_id", event.id.to_string())
      .text("type", event.type)
      .text("aggregate_id", event.aggregate_id)
      .number("version", event.version.value())
      .number("position", event.position.value())
      .str();
}

std::string for_programs(const RecordedEvent& event, const Around& around) {
  std::string caused;
  for (const EventCopy& each : around.caused) {
    if (!caused.empty()) caused += ',';
    caused += reference_json(each.view());
  }
  return JsonObject{}
      .raw("event", event_json(event))
      .text("correlation_id", around.links.correlation_id)
      .text("causation_id", around.links.causation_id)
      .raw("cause", around.cause ? reference_json(around.cause->view()) : "null")
      .raw("caused", around.looked ? "[" + caused + "]" : "null")
      .str();
}

}  // namespace

int show_event(Context& context) {
  const Opened opened = open_for_reading(context);
  const EventCopy event = event_of(context, opened, context.line.flags.rest);
  const Around found = around(context, opened, event.view());
  Output out;
  if (context.json) out.write(std::string{kEnvelopeStart} + for_programs(event.view(), found) + envelope_end());
  else out.write(for_people(event.view(), found));
  out.flush();
  const std::string of = found.links.correlation_id.empty() ? event.id.to_string() : found.links.correlation_id;
  if (!found.looked) hint(context, "what it caused: " + context.program.name + " events trace " + of);
  else if (!found.caused.empty() || !found.links.correlation_id.empty())
    hint(context, "all that belongs to it: " + context.program.name + " events trace " + of);
  return 0;
}

}  // namespace leftfold::inline v0::cli
