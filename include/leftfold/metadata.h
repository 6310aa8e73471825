// SPDX-License-Identifier: Apache-2.0
// What is known of an event besides its payload.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <leftfold/event_page.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

/// The facts around one stored event, handed to `on(const E&, const EventMetadata&)`. Plain value.
struct EventMetadata {
  Uuid event_id;           ///< the same on every delivery: with `part` the idempotency key for side effects
  std::string event_type;  ///< the event's name; the present one when it was stored under a former name
  int schema_version = 1;  ///< version of the event's struct when it was written
  int part = 0;            ///< which one of those an upcast splits the stored event into, from 0
  int parts = 1;           ///< how many these are; they share all but event_type
  std::string aggregate_id;
  Version version;                             ///< place in the aggregate
  Position position;                           ///< place in the store, or in its broker partition
  Timestamp committed_at{};                    ///< the store's wall clock at the commit
  Uuid commit_id;                              ///< id of the first event of the same command
  int commit_pos = 0;                          ///< 0-based place among the events of the same command
  int commit_size = 1;                         ///< how many events that command created
  std::string correlation_id;                  ///< what business transaction this belongs to; empty if none was given
  std::string causation_id;                    ///< the event or request that caused it; empty if none was given
  std::string traceparent;                     ///< W3C trace context; empty if none was given
  std::string tracestate;                      ///< what came with traceparent; empty if nothing did
  std::map<std::string, std::string> headers;  ///< the program's own
};

/// Reads the metadata of a stored event. Throws Error(invalid_data) that names the event and the JSON path.
[[nodiscard]] EventMetadata metadata_of(const RecordedEvent& event);

/// What a command says about itself; stored with each of its events.
struct CommandContext {
  std::string correlation_id;
  std::string causation_id;
  std::string traceparent;                     ///< W3C trace context, as received
  std::string tracestate{};                    ///< what came with traceparent, as received
  std::map<std::string, std::string> headers;  ///< own entries; the four names above are reserved

  /// The context of a command that a handler runs because of `event`: the same correlation id (or, if it has none, the
  /// event's id), causation = the event's id, the same trace.
  [[nodiscard]] static CommandContext caused_by(const EventMetadata& event);
};

/// The stored form of a context: a JSON object of strings, empty text when there is nothing to say.
/// Throws Error(invalid_argument) for a header with a reserved or empty name, invalid_data for text that is not UTF-8.
[[nodiscard]] std::string to_metadata_json(const CommandContext& context);

}  // namespace leftfold::inline v0
