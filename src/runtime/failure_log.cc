// SPDX-License-Identifier: Apache-2.0
#include "runtime/failure_log.h"

#include <utility>
#include <vector>

namespace leftfold::inline v0::detail {

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
  if (left_out > 0) fields.push_back({"lines_left_out", std::to_string(left_out)});
  log_.log(level, subscription_, message, fields);
}

}  // namespace leftfold::inline v0::detail
