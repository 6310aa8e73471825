// SPDX-License-Identifier: Apache-2.0
// Ends what the publishing thread waits for when the leases have changed, or at the stop.
#pragma once

#include <mutex>
#include <stop_token>

namespace leftfold::inline v0::runtime {

/// Any thread.
class Interrupt {
 public:
  void request() {
    std::stop_source source;
    {
      const std::scoped_lock lock{mutex_};
      source = source_;
    }
    source.request_stop();
  }
  /// Stopped by every request() from now on.
  [[nodiscard]] std::stop_token begin() {
    const std::scoped_lock lock{mutex_};
    if (source_.stop_requested()) source_ = std::stop_source{};
    return source_.get_token();
  }

 private:
  std::mutex mutex_;
  std::stop_source source_;
};

}  // namespace leftfold::inline v0::runtime
