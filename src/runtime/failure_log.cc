// SPDX-License-Identifier: Apache-2.0
#include "runtime/failure_log.h"

#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/metadata.h>

namespace leftfold::inline v0::detail {
namespace {

/// What the event belongs to, as far as its metadata says and can be read: a line about a failure must not fail.
void add_context(std::vector<LogField>& fields, const RecordedEvent& event) {
  if (event.metadata.empty()) return;
  EventMetadata meta;
  try {
    meta = metadata_of(event);
  } catch (const Error&) {
    return;
  }
  const auto add = [&fields](std::string_view key, std::string_view value) {
    if (!value.empty()) fields.push_back({key, std::string{value}});
  };
  add("correlation_id", meta.correlation_id);
  add("causation_id", meta.causation_id);
  // version "-" trace-id "-" parent-id "-" flags (W3C Trace Context, 3.2)
  const std::string_view trace = meta.traceparent;
  if (trace.size() >= 55) add("trace_id", trace.substr(3, 32));
}

}  // namespace

void FailureLog::note(LogLevel level, std::string_view message, const RecordedEvent& event, FailureClass failure,
                      std::string_view cause, int attempts) {
  if (!log_.enabled(level)) return;
  std::uint64_t left_out = 0;
  {
    const std::scoped_lock lock{mutex_};
    const Instant now = clock_.instant();
    if (now >= period_end_) {
      period_end_ = now + kPeriod;
      lines_ = 0;
    }
    if (++lines_ > kLines) {
      ++left_out_;
      return;
    }
    left_out = std::exchange(left_out_, 0);
  }
  std::vector<LogField> fields{{"class", std::string{to_string(failure)}},
                               {"event_id", event.id.to_string()},
                               {"event_type", std::string{event.type}},
                               {"stream", std::string{event.aggregate_id}},
                               {"version", std::to_string(event.version.value())},
                               {"position", std::to_string(event.position.value())},
                               {"attempts", std::to_string(attempts)},
                               {"cause", std::string{cause}}};
  add_context(fields, event);
  if (left_out > 0) fields.push_back({"lines_left_out", std::to_string(left_out)});
  log_.log(level, subscription_, message, fields);
}

}  // namespace leftfold::inline v0::detail
