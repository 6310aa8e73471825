// SPDX-License-Identifier: Apache-2.0
#include "cli/event_printer.h"

#include "base/rfc3339.h"
#include "cli/envelope.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

// Least widths, so that a table that begins with short ids does not jump with the next page.
Table event_table(const Terminal& terminal) {
  return Table{
      {{"POSITION", true}, {"TIME"}, {"STREAM", false, 12}, {"VERSION", true}, {"TYPE", false, 16}, {"PAYLOAD"}},
      terminal.columns,
      terminal.color};
}

void append_number(std::string& out, std::string_view key, std::int64_t value) {
  ((out += ",\"") += key) += "\":";
  out += std::to_string(value);
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
  ((out += ",\"") += key) += "\":";
  append_json_string(out, value);
}

}  // namespace

std::string event_json(const RecordedEvent& event) {
  std::string text = "{\"position\":" + std::to_string(event.position.value());
  append_text(text, "aggregate_id", event.aggregate_id);
  append_number(text, "version", event.version.value());
  append_text(text, "type", event.type);
  append_number(text, "schema_version", event.schema_version);
  append_text(text, "event_id", event.id.to_string());
  append_text(text, "committed_at", base::to_rfc3339(event.committed_at));
  append_text(text, "commit_id", event.commit_id.to_string());
  append_number(text, "commit_pos", event.commit_pos);
  append_number(text, "commit_size", event.commit_size);
  text += ",\"payload\":";
  append_json_object(text, event.payload);
  text += ",\"metadata\":";
  append_json_object(text, event.metadata.empty() ? "{}" : event.metadata);
  return text += '}';
}

EventPrinter::EventPrinter(EventForm form, Output& out, const Terminal& terminal)
    : form_{form}, out_{out}, table_{event_table(terminal)} {
  if (form_ == EventForm::json) out_.write(std::string{kEnvelopeStart} + "{\"events\":[");
}

void EventPrinter::print(const RecordedEvent& event) {
  switch (form_) {
    case EventForm::table: {
      table_.add({std::to_string(event.position.value()), base::to_rfc3339(event.committed_at),
                  std::string{event.aggregate_id}, std::to_string(event.version.value()), std::string{event.type},
                  std::string{event.payload}});
      break;
    }
    case EventForm::json: out_.write((printed_ == 0 ? "\n" : ",\n") + event_json(event)); break;
    case EventForm::ndjson: out_.write(event_json(event) + "\n"); break;
    case EventForm::raw: out_.write(std::string{event.payload} + "\n"); break;
  }
  ++printed_;
}

void EventPrinter::flush() {
  if (form_ == EventForm::table) out_.write(table_.take());
  out_.flush();
}

void EventPrinter::finish() {
  if (form_ == EventForm::json) out_.write("]}" + envelope_end());
  flush();
}

void EventPrinter::fail(std::string_view code, std::string_view message) {
  if (form_ == EventForm::json) out_.write("]}" + envelope_end(code, message));
  flush();
}

}  // namespace leftfold::inline v0::cli
