// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/repair_job.h"

#include <chrono>
#include <exception>
#include <utility>

#include "base/sleep.h"
#include "runtime/publisher/backoff.h"
#include "runtime/thread_name.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kRetry{1'000};
constexpr milliseconds kLongestRetry{60'000};  // it scans the store

}  // namespace

RepairJob::RepairJob(Repair repair, std::string publisher, std::function<void()> done, Clock& clock, Logger& log)
    : repair_{std::move(repair)},
      publisher_{std::move(publisher)},
      done_{std::move(done)},
      clock_{clock},
      log_{log},
      thread_{[this](const std::stop_token& stop) {
        detail::name_this_thread("lf:repair");
        run(stop);
      }} {}

void RepairJob::run(const std::stop_token& stop) {
  Backoff backoff{kRetry, kLongestRetry};
  while (!stop.stop_requested()) {
    try {
      log_.log(LogLevel::warn, "publisher", "events may have been missed; the store is looked through for them",
               {{"publisher", publisher_}});
      const std::vector<BlockedAggregate> blocked = repair_(stop);
      if (stop.stop_requested()) return;
      for (const BlockedAggregate& each : blocked) {
        log_.log(LogLevel::error, "publisher",
                 "what was missed of a blocked aggregate is not published; mend it, then reconcile",
                 {{"publisher", publisher_}, {"aggregate", each.aggregate_id}, {"cause", each.why}});
      }
      if (blocked.empty()) {
        log_.log(LogLevel::info, "publisher", "what was missed is published", {{"publisher", publisher_}});
      }
      done_();
      return;
    } catch (const std::exception& error) {
      log_.log(LogLevel::error, "publisher", "looking for missed events failed; trying again",
               {{"publisher", publisher_}, {"cause", error.what()}});
    }
    if (!base::pause_until(clock_, clock_.instant() + backoff.next(), stop)) return;
  }
}

}  // namespace leftfold::inline v0::runtime
