// SPDX-License-Identifier: Apache-2.0
// The processes of a chaos run: kept running as a service manager would.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <leftfold/clock.h>

#include "chaos/timeline.h"
#include "support/child_process.h"

namespace leftfold::test_chaos {

/// One process that is to run, started again when it ended. One thread at a time.
class Service {
 public:
  using Start = std::function<std::unique_ptr<test_support::ChildProcess>()>;
  /// Starts it.
  Service(std::string name, Start start, const Timeline& timeline);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// It runs, is not frozen, and nobody told it to end: something may happen to it.
  [[nodiscard]] bool steady() const { return process_ != nullptr && !frozen_ && !ends_by_; }
  /// It is up so far that SIGTERM ends it in good order.
  [[nodiscard]] bool hears() const { return process_ != nullptr && process_->hears_sigterm(); }
  /// "publisher-1 (4711)".
  [[nodiscard]] std::string shown() const;

  /// SIGKILL, and another one at once. Only of a steady() one, as the following.
  void kill();
  void freeze();
  /// SIGTERM; when it has ended, look() starts another one: a deployment. Of one that hears() it.
  void redeploy();
  void thaw();
  /// Starts it when it is due: after a deployment, and a second after it gave up because a server was away or another
  /// process took over, as its exit code says. Throws std::runtime_error when it ended for anything else (corrupt data,
  /// a bug, a signal that nobody sent), and when a deployment ends late or not with exit code 0.
  void look();
  /// SIGTERM, and waits. Throws std::runtime_error when it does not end, or not with exit code 0.
  void stop();
  /// How often it ended by itself.
  [[nodiscard]] std::size_t gave_up() const { return gave_up_; }

 private:
  void start();

  const std::string name_;
  const Start start_;
  const Timeline& timeline_;
  std::unique_ptr<test_support::ChildProcess> process_;  // empty while it waits to be started again
  bool frozen_ = false;
  std::size_t gave_up_ = 0;
  std::optional<Instant> ends_by_;  // after SIGTERM
  Instant start_at_{};
};

}  // namespace leftfold::test_chaos
