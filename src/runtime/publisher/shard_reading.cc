// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/shard_reading.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "runtime/publisher/backoff.h"
#include "runtime/thread_name.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kRetry{100};
constexpr milliseconds kLongestRetry{10'000};

}  // namespace

ShardReading::ShardReading(std::int64_t number, ChangeStream& changes, Where where, ReadingPace pace, PageQueue& queue,
                           Clock& clock, Logger& log)
    : number_{number},
      changes_{changes},
      where_{std::move(where)},
      pace_{pace},
      queue_{queue},
      clock_{clock},
      log_{log},
      thread_{[this](const std::stop_token& stop) {
        detail::name_this_thread("lf:shard");
        try {
          run(stop);
        } catch (...) {
          (void)queue_.push({number_, {}, std::current_exception()}, stop);
        }
        ended_ = true;
      }} {}

void ShardReading::run(const std::stop_token& stop) {
  const std::unique_ptr<ShardReader> reader = changes_.open(where_.shard.stream, where_.shard.shard, where_.after);
  Backoff backoff{kRetry, kLongestRetry};
  FailureNotes notes{clock_, log_};
  milliseconds idle = pace_.idle;
  bool at_end = false;
  while (!stop.stop_requested()) {
    ChangePage page;
    try {
      page = reader->read(kPage);
    } catch (const Error& error) {
      // What cannot be decoded stays in its place: somebody has to look, and until then nothing is passed over.
      if (!mends_itself(error) && error.code() != Errc::invalid_data) throw;
      notes.failed("a shard cannot be read; trying again", lease_name(where_.shard), error.what());
      if (!base::pause_until(clock_, clock_.instant() + backoff.next(), stop)) return;
      continue;
    }
    notes.recovered("a shard can be read again", lease_name(where_.shard));
    backoff.reset();
    const ChangePage::End end = page.end;
    const std::size_t records = page.changes.size();
    // An empty page says that there is no news, which is said once.
    const bool again = records == 0 && end == ChangePage::End::none && std::exchange(at_end, records == 0);
    if (!again && !queue_.push({number_, std::move(page), nullptr}, stop)) return;
    if (end != ChangePage::End::none) return;
    if (records > 0) at_end = false;
    if (where_.closed || records >= kPage / 2 || (records > 0 && pace_.only_when_empty)) continue;
    idle = records > 0 ? pace_.idle : std::min(pace_.longest_idle, idle * 2);
    if (!base::pause_until(clock_, clock_.instant() + idle, stop)) return;
  }
}

}  // namespace leftfold::inline v0::runtime
