// SPDX-License-Identifier: Apache-2.0
// Port: what operators want of subscriptions, kept so that it outlives processes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// What is wanted of one subscription. Plain value.
struct SubscriptionControl {
  std::string subscription;
  bool paused = false;        ///< no process handles its events until it is resumed
  std::int64_t restarts = 0;  ///< grows each time a restart is asked for
  std::string by;             ///< who asked last
  std::string why;            ///< why it is paused; empty when it is not
  Timestamp at{};             ///< when, by the store's clock
};

/// Port: pause, resume and restart of subscriptions, for all processes that run them.
/// A call that returns is stored durably; one that throws has changed nothing. testing/control_suite.h checks it.
/// Any thread. Must outlive everything that was given a reference to it. All functions throw
/// Error(unavailable, permission_denied, storage_full, corrupt), and invalid_argument for an empty subscription; those
/// that write also in_doubt, when the write may or may not have happened.
class ControlStore {
 public:
  virtual ~ControlStore() = default;

  /// What is wanted of a subscription; not paused and no restarts when nobody ever asked.
  [[nodiscard]] virtual SubscriptionControl control(std::string_view subscription) = 0;
  /// Every subscription somebody asked something of, by name.
  [[nodiscard]] virtual std::vector<SubscriptionControl> controls() = 0;
  /// Stops its handling in all processes, now and after restarts of them. Repeating it changes only by, why and at.
  virtual void pause(std::string_view subscription, std::string_view by, std::string_view why) = 0;
  virtual void resume(std::string_view subscription, std::string_view by) = 0;
  /// Lets every process that runs it, and has not paused it, end it and begin it anew from its checkpoint; one that
  /// stopped at a failure too. Returns the number of restarts asked for so far.
  virtual std::int64_t restart(std::string_view subscription, std::string_view by) = 0;
};

}  // namespace leftfold::inline v0
