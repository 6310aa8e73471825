// SPDX-License-Identifier: Apache-2.0
// Which events a session has in hand, for those who re-drive letters beside it.
#pragma once

#include <mutex>
#include <string_view>

namespace leftfold::inline v0::detail {

/// Port of a session: whether a worker handles an event of an aggregate right now. Any thread.
class LiveEvents {
 public:
  virtual ~LiveEvents() = default;
  [[nodiscard]] virtual bool handles_now(std::string_view aggregate) const = 0;
};

/// The session that a handler has now, if it has one. Any thread.
class CurrentSession {
 public:
  void begin(const LiveEvents& session) {
    const std::scoped_lock lock{mutex_};
    session_ = &session;
  }
  void end(const LiveEvents& session) {
    const std::scoped_lock lock{mutex_};
    if (session_ == &session) session_ = nullptr;
  }
  [[nodiscard]] bool handles_now(std::string_view aggregate) const {
    const std::scoped_lock lock{mutex_};
    return session_ != nullptr && session_->handles_now(aggregate);
  }

 private:
  mutable std::mutex mutex_;
  const LiveEvents* session_ = nullptr;
};

}  // namespace leftfold::inline v0::detail
