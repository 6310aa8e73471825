// SPDX-License-Identifier: Apache-2.0
#include "runtime/feed_retry.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::detail {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{2'000};
constexpr milliseconds kLogEvery{10'000};

}  // namespace

milliseconds FeedRetry::note(std::string_view what, const Error& error) {
  const Instant now = run_.clock().instant();
  const auto doublings = static_cast<int>(std::min<std::uint64_t>(failures_, 10));
  if (failures_++ == 0) run_.cut_off();
  const milliseconds pause = std::min(kLongestPause, kFirstPause * (1 << doublings));
  if (now >= next_log_) {
    next_log_ = now + kLogEvery;
    logged_ = true;
    run_.log().log(LogLevel::warn, "runner", "the store or broker does not answer; trying again",
                   {{"subscription", run_.subscription()},
                    {"call", std::string{what}},
                    {"failures", std::to_string(failures_)},
                    {"cause", error.what()}});
  }
  return pause;
}

bool FeedRetry::back_off(std::string_view what, const Error& error) {
  return run_.pause_until(run_.clock().instant() + note(what, error));
}

void FeedRetry::recovered(std::string_view what) {
  if (std::exchange(logged_, false)) {
    run_.log().log(
        LogLevel::info, "runner", "the store or broker answers again",
        {{"subscription", run_.subscription()}, {"call", std::string{what}}, {"failures", std::to_string(failures_)}});
  }
  if (std::exchange(failures_, 0) > 0) run_.answered();
}

}  // namespace leftfold::inline v0::detail
