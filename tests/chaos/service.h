// The processes of a chaos run: kept running as a service manager would.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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
  [[nodiscard]] bool frozen() const { return frozen_; }
  /// "publisher-1 (4711)".
  [[nodiscard]] std::string shown() const;

  /// SIGKILL, and another one at once.
  void kill();
  void freeze();
  void thaw();
  /// SIGTERM, waits for its end, and starts another one: a deployment. Throws std::runtime_error when it does not end
  /// or not with exit code 0.
  void redeploy();
  /// Starts it again if it gave up with an exit code. Throws std::runtime_error when a signal ended it that nobody
  /// sent: it crashed.
  void look();
  /// SIGTERM, and waits. Throws as redeploy().
  void stop();
  /// How often it ended by itself.
  [[nodiscard]] std::size_t gave_up() const { return gave_up_; }

 private:
  const std::string name_;
  const Start start_;
  const Timeline& timeline_;
  std::unique_ptr<test_support::ChildProcess> process_;
  bool frozen_ = false;
  std::size_t gave_up_ = 0;
};

}  // namespace leftfold::test_chaos
