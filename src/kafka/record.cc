// SPDX-License-Identifier: Apache-2.0
#include "kafka/record.h"

#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>

#include "base/rfc3339.h"
#include "core/in_quotes.h"
#include "kafka/record_rules.h"

namespace leftfold::inline v0::kafka {
namespace {

// No fields but these: reading it checks that the text is an object, and well-formed.
struct AnyObject {};
struct TraceContext {
  std::string traceparent;
  std::string tracestate;
};
struct Reason {
  std::string unpublished;
};

// What is around key, value and headers of a record in a batch of version 2: lengths, deltas and counts as varints, at
// their longest (https://kafka.apache.org/documentation/#record); and around name and value of a header.
constexpr std::size_t kRecordFrame = 36;
constexpr std::size_t kHeaderFrame = 10;

[[noreturn]] void refuse(const RecordedEvent& event, const std::string& why) {
  throw Error{Errc::invalid_argument, "event " + detail::in_quotes(event.type) + " of aggregate " +
                                          detail::in_quotes(event.aggregate_id) + ", version " +
                                          std::to_string(event.version.value()) + ", fits in no Kafka record: " + why};
}

void check(const RecordedEvent& event) {
  if (!is_aggregate_id(event.aggregate_id)) {
    refuse(event, "the aggregate's id is not UTF-8 text of 1 to 1024 bytes without NUL");
  }
  if (!is_name(event.type)) refuse(event, "its type is empty or not UTF-8 text without NUL");
  if (event.type == kUnreadable) refuse(event, "it is a record that nobody can read, not an event");
  if (event.version < Version{0} || event.version > Version{kMaxVersion}) {
    refuse(event, "its version is not within 0 and 2^53 - 1");
  }
  if (!is_time(event.committed_at)) refuse(event, "it was committed outside the years 0 to 9999");
  if (event.schema_version < 1) refuse(event, "its schema version is below 1");
  if (event.commit_pos < 0 || event.commit_pos >= event.commit_size) {
    refuse(event, "its place in its commit is not within the commit's size");
  }
}

std::string_view trimmed(std::string_view json) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = json.find_first_not_of(kSpace);
  return first == json.npos ? std::string_view{} : json.substr(first, json.find_last_not_of(kSpace) + 1 - first);
}

template <class T>
T read_object(const RecordedEvent& event, const char* what, std::string_view json) {
  try {
    return from_json<T>(json);
  } catch (const JsonError& error) {
    refuse(event, std::string{"its "} + what + " is no JSON object: " + error.what());
  }
}

// Metadata may be of another program, so an object that names its trace in another way is none without one.
TraceContext trace_in(const RecordedEvent& event) {
  if (event.metadata.empty()) return {};
  try {
    return from_json<TraceContext>(event.metadata);
  } catch (const JsonError&) {
    static_cast<void>(read_object<AnyObject>(event, "metadata", event.metadata));
    return {};
  }
}

void add_name(std::string& out, std::string_view name) {
  out.append(1, out.empty() ? '{' : ',').append(1, '"').append(name).append("\":");
}

void add_text(std::string& out, std::string_view name, std::string_view text) {
  thread_local std::string copy;  // keeps its memory: every event comes through here
  add_name(out, name);
  append_json(out, copy.assign(text));
}

// Of letters that need no escaping.
void add_plain(std::string& out, std::string_view name, std::string_view text) {
  add_name(out, name);
  out.append(1, '"').append(text).append(1, '"');
}

void add_raw(std::string& out, std::string_view name, std::string_view json) {
  add_name(out, name);
  out.append(json);
}

// What a record says in more than one place.
struct Texts {
  std::string_view name;
  std::string id;
  std::string version;
};

std::string value_of(const RecordedEvent& event, const Texts& texts) {
  std::string out;
  out.reserve(event.payload.size() + event.metadata.size() + 384);
  add_text(out, "aggregateId", event.aggregate_id);
  add_raw(out, "version", texts.version);
  add_text(out, "event", texts.name);
  add_raw(out, "payload", trimmed(event.payload));
  add_raw(out, "published", "1");
  add_raw(out, "committedAt", std::to_string(event.committed_at.time_since_epoch().count()));
  if (event.type != kSnapshotNote) {  // whose id follows from its place, as the Node library wrote it without one
    add_plain(out, "eventId", texts.id);
    if (event.commit_id == event.id) add_plain(out, "commitId", texts.id);
    else add_plain(out, "commitId", event.commit_id.to_string());
  }
  if (event.commit_pos != 0) add_raw(out, "commitPos", std::to_string(event.commit_pos));
  if (event.commit_size != 1) add_raw(out, "commitSize", std::to_string(event.commit_size));
  if (event.schema_version != 1) add_raw(out, "schemaVersion", std::to_string(event.schema_version));
  if (!event.metadata.empty()) add_raw(out, "metadata", trimmed(event.metadata));
  return out += '}';
}

// Adds to record.headers and record.bytes.
void add(Record& record, const char* name, std::string_view value) {
  const auto error =
      rd_kafka_header_add(record.headers.get(), name, -1, value.data(), static_cast<ssize_t>(value.size()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Error{Errc::internal, std::string{"Kafka header "} + name + ": " + rd_kafka_err2str(error)};
  }
  record.bytes += std::string_view{name}.size() + value.size() + kHeaderFrame;
}

void add_headers(Record& record, const RecordedEvent& event, const Texts& texts, std::string_view source) {
  constexpr std::size_t kMost = 11;
  const TraceContext trace = trace_in(event);
  record.headers.reset(rd_kafka_headers_new(kMost));
  add(record, "ce_specversion", "1.0");
  add(record, "ce_id", texts.id);
  add(record, "ce_source", source);
  add(record, "ce_type", texts.name);
  add(record, "ce_subject", event.aggregate_id);
  add(record, "ce_time", base::to_rfc3339(event.committed_at));
  add(record, "ce_sequence", texts.version);
  add(record, "ce_partitionkey", event.aggregate_id);
  add(record, "content-type", "application/json");
  if (!trace.traceparent.empty()) {
    add(record, "traceparent", trace.traceparent);
    if (!trace.tracestate.empty()) add(record, "tracestate", trace.tracestate);  // means nothing by itself
  }
}

}  // namespace

Record to_record(const RecordedEvent& event, std::string_view source) {
  check(event);
  static_cast<void>(read_object<AnyObject>(event, "payload", event.payload));
  if (event.type == kUnpublished && read_object<Reason>(event, "metadata", event.metadata).unpublished.empty()) {
    refuse(event, "its metadata does not say why it is unpublished");
  }
  const Texts texts{event.type == kSnapshotNote ? kNodeSnapshot : event.type, event.id.to_string(),
                    std::to_string(event.version.value())};
  Record record{value_of(event, texts), nullptr, 0};
  record.bytes = kRecordFrame + event.aggregate_id.size() + record.value.size();
  add_headers(record, event, texts, source);
  return record;
}

}  // namespace leftfold::inline v0::kafka
