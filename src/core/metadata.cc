// SPDX-License-Identifier: Apache-2.0
#include <leftfold/metadata.h>

#include <array>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>

#include "core/in_quotes.h"

namespace leftfold::inline v0 {

namespace {

using Texts = std::map<std::string, std::string>;

struct ReservedName {
  std::string_view name;
  std::string CommandContext::* context;
  std::string EventMetadata::* metadata;
};

constexpr std::array<ReservedName, 4> kReserved{{
    {"correlation_id", &CommandContext::correlation_id, &EventMetadata::correlation_id},
    {"causation_id", &CommandContext::causation_id, &EventMetadata::causation_id},
    {"traceparent", &CommandContext::traceparent, &EventMetadata::traceparent},
    {"tracestate", &CommandContext::tracestate, &EventMetadata::tracestate},
}};

}  // namespace

EventMetadata metadata_of(const RecordedEvent& event) {
  EventMetadata meta;
  meta.event_id = event.id;
  meta.event_type = event.type;
  meta.schema_version = event.schema_version;
  meta.aggregate_id = event.aggregate_id;
  meta.version = event.version;
  meta.position = event.position;
  meta.committed_at = event.committed_at;
  meta.commit_id = event.commit_id;
  meta.commit_pos = event.commit_pos;
  meta.commit_size = event.commit_size;
  if (event.metadata.empty()) return meta;
  try {
    meta.headers = from_json<Texts>(event.metadata);
  } catch (const JsonError& e) {
    throw Error{Errc::invalid_data, "metadata of event " + event.id.to_string() + " (" + std::string{event.type} +
                                        ", aggregate " + detail::in_quotes(event.aggregate_id) + ", version " +
                                        std::to_string(event.version.value()) + ") does not decode: " + e.what()};
  }
  for (const ReservedName& reserved : kReserved) {
    if (auto node = meta.headers.extract(std::string{reserved.name}))
      meta.*reserved.metadata = std::move(node.mapped());
  }
  return meta;
}

CommandContext CommandContext::caused_by(const EventMetadata& event) {
  CommandContext context;
  context.causation_id = event.event_id.to_string();
  context.correlation_id = event.correlation_id.empty() ? context.causation_id : event.correlation_id;
  context.traceparent = event.traceparent;
  context.tracestate = event.tracestate;
  return context;
}

std::string to_metadata_json(const CommandContext& context) {
  if (context.headers.empty() && context.correlation_id.empty() && context.causation_id.empty() &&
      context.traceparent.empty() && context.tracestate.empty()) {
    return {};
  }
  Texts texts = context.headers;
  for (const ReservedName& reserved : kReserved) {
    if (texts.contains(std::string{reserved.name})) {
      throw Error{Errc::invalid_argument, "the header name \"" + std::string{reserved.name} +
                                              "\" is reserved: set CommandContext::" + std::string{reserved.name}};
    }
    const std::string& value = context.*reserved.context;
    if (!value.empty()) texts.emplace(reserved.name, value);
  }
  if (texts.contains(""))
    throw Error{Errc::invalid_argument, "a header has an empty name: give it one or leave it out"};
  return to_json(texts);
}

}  // namespace leftfold::inline v0
