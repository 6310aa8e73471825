// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_import.h>

#include <chrono>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"

namespace leftfold::inline v0 {
namespace {

// What RFC 3339 can say, and stores give back as it is.
constexpr Timestamp kFirstTime{std::chrono::milliseconds{-62'167'219'200'000}};
constexpr Timestamp kLastTime{std::chrono::milliseconds{253'402'300'799'999}};

[[noreturn]] void refuse(const RecordedCommit& commit, const std::string& why) {
  throw Error{Errc::invalid_argument, "import into aggregate " + detail::in_quotes(commit.aggregate_id) + ", version " +
                                          std::to_string(commit.first.value()) + ": " + why};
}

}  // namespace

AppendRequest request_of(RecordedCommit commit) {
  if (commit.first < Version{0}) refuse(commit, "there is no such version");
  if (commit.events.empty()) refuse(commit, "there are no events");
  if (commit.committed_at < kFirstTime || commit.committed_at > kLastTime) {
    refuse(commit, "its time is outside the years 0000 to 9999");
  }
  AppendRequest request;
  request.aggregate_id = std::move(commit.aggregate_id);
  request.expected = Version{commit.first.value() - 1};
  request.events = std::move(commit.events);
  validate(request);
  return request;
}

}  // namespace leftfold::inline v0
