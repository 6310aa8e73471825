// SPDX-License-Identifier: Apache-2.0
// Failures in the log: each event once, and not more than anybody can read.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/event_page.h>
#include <leftfold/failure.h>
#include <leftfold/log.h>

namespace leftfold::inline v0::detail {

/// Log lines about failed events of one subscription, at most kLines in kPeriod; the next line says how many were left
/// out. Any thread.
class FailureLog {
 public:
  static constexpr int kLines = 20;
  static constexpr std::chrono::seconds kPeriod{10};

  FailureLog(std::string subscription, Clock& clock, Logger& log)
      : subscription_{std::move(subscription)}, clock_{clock}, log_{log} {}

  /// Says what happened to `event` and why.
  void note(LogLevel level, std::string_view message, const RecordedEvent& event, FailureClass failure,
            std::string_view cause, int attempts);

 private:
  const std::string subscription_;
  Clock& clock_;
  Logger& log_;
  std::mutex mutex_;
  Instant period_end_{};
  int lines_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace leftfold::inline v0::detail
