// SPDX-License-Identifier: Apache-2.0
#include "aws/renewed_credentials.h"

#include <chrono>
#include <utility>

#include <leftfold/error.h>

#include "base/rfc3339.h"

namespace leftfold::inline v0::aws {
namespace {

using std::chrono::minutes;

// New ones are there at least five minutes before the old ones end: what metadata services promise, and what a clock
// that is a little off needs.
constexpr minutes kRenewBefore{5};
// After a renewal that failed, or gave ones that end as soon: the same again, or keys that never last long.
constexpr minutes kPause{1};

}  // namespace

bool RenewedCredentials::valid() const {
  return current_ != nullptr && (!current_->expires || clock_.now() < *current_->expires);
}

bool RenewedCredentials::should_renew() const {
  return current_->expires && clock_.now() >= *current_->expires - kRenewBefore && clock_.instant() >= not_before_;
}

std::shared_ptr<const http::Credentials> RenewedCredentials::credentials(const std::stop_token& stop) {
  Lock lock{mutex_};
  while (!valid() || (!renewing_ && should_renew())) {
    if (!renewing_) {
      renew(lock, stop);
      break;
    }
    const std::uint64_t awaited = renewals_ + 1;
    if (!clock_.wait_until(lock, renewed_, stop, kNever, [&] { return renewals_ >= awaited; })) {
      throw Error{Errc::stopped, "AWS credentials: a stop was requested while they were fetched"};
    }
    if (failure_ && !valid()) std::rethrow_exception(failure_);
  }
  return current_;
}

void RenewedCredentials::renew(Lock& lock, const std::stop_token& stop) {
  renewing_ = true;
  lock.unlock();
  std::optional<http::Credentials> fetched;
  std::exception_ptr failure;
  std::string why;
  try {
    fetched = fetch_(stop);
    if (fetched->expires && *fetched->expires <= clock_.now()) {
      throw Error{Errc::permission_denied, "AWS credentials: those of " + fetched->access_key_id + " expired at " +
                                               base::to_rfc3339(*fetched->expires) + " and it is " +
                                               base::to_rfc3339(clock_.now()) +
                                               "; renew them at their source, or correct this machine's clock"};
    }
  } catch (const std::exception& error) {
    failure = std::current_exception();
    why = error.what();
  }
  lock.lock();
  renewing_ = false;
  ++renewals_;
  failure_ = stop.stop_requested() ? nullptr : failure;  // a stop is this caller's alone
  if (!failure) keep(*std::move(fetched));
  renewed_.notify_all();
  if (!failure) return;
  if (!valid()) std::rethrow_exception(failure);
  not_before_ = clock_.instant() + kPause;
  log_.log(LogLevel::warn, "aws", "credentials are not renewed, the old ones are used",
           {{"until", base::to_rfc3339(*current_->expires)}, {"why", why}});
}

void RenewedCredentials::keep(http::Credentials fetched) {
  if (fetched.expires && clock_.now() >= *fetched.expires - kRenewBefore) not_before_ = clock_.instant() + kPause;
  current_ = std::make_shared<const http::Credentials>(std::move(fetched));
}

void RenewedCredentials::refused(const std::shared_ptr<const http::Credentials>& used) noexcept {
  const std::lock_guard lock{mutex_};
  if (current_ == used) current_ = nullptr;
}

}  // namespace leftfold::inline v0::aws
