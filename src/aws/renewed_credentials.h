// SPDX-License-Identifier: Apache-2.0
// Credentials that are renewed before they end.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include <leftfold/clock.h>
#include <leftfold/log.h>

#include "aws/credentials.h"

namespace leftfold::inline v0::aws {

/// Keeps what `fetch` gave. One caller renews; the others use the old ones as long as they are valid, else wait for it
/// and share its failure. Any thread. `clock` and `log` must outlive it.
class RenewedCredentials final : public CredentialsSource {
 public:
  using Fetch = std::function<http::Credentials(const std::stop_token&)>;
  RenewedCredentials(Fetch fetch, Clock& clock, Logger& log) : fetch_{std::move(fetch)}, clock_{clock}, log_{log} {}

  [[nodiscard]] std::shared_ptr<const http::Credentials> credentials(const std::stop_token& stop) override;
  void refused(const std::shared_ptr<const http::Credentials>& used) noexcept override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  [[nodiscard]] bool valid() const;
  [[nodiscard]] bool should_renew() const;
  void renew(Lock& lock, const std::stop_token& stop);
  void keep(http::Credentials fetched);

  const Fetch fetch_;
  Clock& clock_;
  Logger& log_;
  std::mutex mutex_;
  std::condition_variable_any renewed_;
  std::shared_ptr<const http::Credentials> current_;
  bool renewing_ = false;
  std::uint64_t renewals_ = 0;           // ended ones, good or not
  std::exception_ptr failure_;           // of the last one
  Instant not_before_ = Instant::min();  // the next renewal while the old ones are valid
};

}  // namespace leftfold::inline v0::aws
