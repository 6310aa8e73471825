// SPDX-License-Identifier: Apache-2.0
// An event as a Kafka record, and back. docs/format/kafka.md has the bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// One event's record; the key is the aggregate's id.
struct Record {
  std::string value;  ///< flat JSON, the Node library's members first
  Headers headers;    ///< CloudEvents 1.0 in binary mode, W3C trace context
  std::size_t bytes;  ///< of key, value, headers and what is around them, at most, as a broker counts them uncompressed
};

/// Throws Error(invalid_argument) for what no record can hold: a payload that is no JSON object; one of type
/// kUnpublished whose metadata has no text "unpublished"; std::bad_alloc.
[[nodiscard]] Record to_record(const RecordedEvent& event, std::string_view source);

/// Adds what the message holds: an event of ours, one of the Node library, or one of type kUnreadable. Never throws for
/// what the message holds. The message must be without error.
void add_to_page(EventPage& page, const rd_kafka_message_t& message);

}  // namespace leftfold::inline v0::kafka
