// SPDX-License-Identifier: Apache-2.0
#include "kafka/received.h"

#include <map>
#include <string>

#include <leftfold/error.h>
#include <leftfold/json.h>

#include "kafka/event_ids.h"
#include "kafka/record.h"
#include "kafka/record_rules.h"
#include "kafka/value_reader.h"

namespace leftfold::inline v0::kafka {
namespace {

void add_unreadable(EventPage& page, const Received& record, const std::string& why) {
  const std::string place =
      std::string{record.topic} + "/" + std::to_string(record.partition) + "/" + std::to_string(record.offset);
  const std::string metadata = to_json(std::map<std::string, std::string>{{"unreadable", place + ": " + why}});
  RecordedEvent event;
  event.position = Position{record.offset + 1};
  event.partition = record.partition;
  event.committed_at = record.timestamp;
  event.id = event.commit_id = id_of_record(record.topic, record.partition, record.offset);
  // Most likely an event of that aggregate; later ones of it must not be handled as if nothing had been before them.
  event.aggregate_id = is_aggregate_id(record.key) ? record.key : std::string_view{place};
  event.type = kUnreadable;
  event.payload = record.value.value_or(std::string_view{});
  event.metadata = metadata;
  page.add(event);
}

}  // namespace

void add_to_page(EventPage& page, const Received& received) {
  Received record = received;
  if (!is_time(record.timestamp)) record.timestamp = {};  // which its producer chose
  std::string why;
  try {
    page.add(ValueReader{record}.read());
    return;
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_data) throw;
    why = error.what();
  }
  add_unreadable(page, record, why);
}

void add_to_page(EventPage& page, const rd_kafka_message_t& message) {
  Received record;
  if (message.rkt != nullptr) record.topic = rd_kafka_topic_name(message.rkt);
  record.partition = message.partition;
  record.offset = message.offset;
  if (message.key != nullptr) record.key = {static_cast<const char*>(message.key), message.key_len};
  if (message.payload != nullptr) record.value.emplace(static_cast<const char*>(message.payload), message.len);
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp = rd_kafka_message_timestamp(&message, &kind);
  if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) record.timestamp = Timestamp{std::chrono::milliseconds{timestamp}};
  add_to_page(page, record);
}

}  // namespace leftfold::inline v0::kafka
