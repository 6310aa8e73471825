// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/backoff.h"

#include <algorithm>
#include <string>
#include <utility>

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kShortest{10};
constexpr milliseconds kLogEvery{10'000};

}  // namespace

Backoff::Backoff(milliseconds base, milliseconds cap) : base_{base}, cap_{cap}, random_{std::random_device{}()} {}

milliseconds Backoff::next() {
  const milliseconds bound = std::min(cap_, base_ * (1 << std::min(tries_, 16)));
  ++tries_;
  return std::max(kShortest, milliseconds{std::uniform_int_distribution<milliseconds::rep>{0, bound.count()}(random_)});
}

bool may_be_a_moment(const Error& error) noexcept { return error.retryable() || error.code() == Errc::in_doubt; }

bool mends_itself(const Error& error) noexcept {
  if (may_be_a_moment(error)) return true;
  switch (error.code()) {
    case Errc::storage_full:
    case Errc::not_found:  // a table or stream that is not there yet
    case Errc::fenced:
    case Errc::stopped:  // a sink that has ended by itself: another one is opened
      return true;
    default: return false;
  }
}

void FailureNotes::failed(std::string_view message, std::string_view what, std::string_view cause) {
  const Instant now = clock_.instant();
  if (logged_ && now < next_) return;
  next_ = now + kLogEvery;
  logged_ = true;
  log_.log(LogLevel::warn, "publisher", message, {{"of", std::string{what}}, {"cause", std::string{cause}}});
}

void FailureNotes::recovered(std::string_view message, std::string_view what) {
  if (std::exchange(logged_, false)) log_.log(LogLevel::info, "publisher", message, {{"of", std::string{what}}});
}

}  // namespace leftfold::inline v0::runtime
