// SPDX-License-Identifier: Apache-2.0
// A program that can be stopped, killed and frozen.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace leftfold::test_support {

/// Dies with its parent, and with the processes that it started when it is destroyed. One thread at a time.
class ChildProcess {
 public:
  struct Start {
    std::string program;
    std::vector<std::string> arguments = {};
    std::map<std::string, std::string> environment = {};  ///< added to that of this process, which
                                                          ///< comes without its LEFTFOLD_TEST_...
    std::filesystem::path log;                            ///< what it writes is added there
    bool holds_sigterm = false;  ///< SIGTERM is blocked from its first moment: it takes it when it is ready
  };
  /// Throws std::system_error.
  explicit ChildProcess(const Start& start);
  ~ChildProcess();  // kills it if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return pid_; }
  /// SIGKILL, and waits. Throws std::runtime_error when it had ended by itself: it must not.
  void kill();
  /// SIGTERM; wait() waits for what comes of it.
  void terminate() const;
  /// Throws std::runtime_error when it does not end well within `limit`, which only one that hangs needs.
  void wait(std::chrono::milliseconds limit = std::chrono::seconds{60});
  /// Waits for its end and returns its exit code. Throws std::runtime_error when a signal ends it, or nothing within
  /// `limit`.
  [[nodiscard]] int exit_code(std::chrono::milliseconds limit = std::chrono::seconds{60});
  /// Whether it has ended, by itself or not; wait(), exit_code() or kill() are still to be called.
  [[nodiscard]] bool ended() const;
  /// Nothing of it runs when this returns, but its connections stay: what the others see of a machine that hangs.
  void freeze() const;
  /// Whether it has a handler for SIGTERM by now; before, SIGTERM is as SIGKILL. False when it has ended.
  [[nodiscard]] bool hears_sigterm() const;
  void thaw() const;

 private:
  [[nodiscard]] int status_within(std::chrono::milliseconds limit);

  std::string program_;
  pid_t pid_ = -1;
};

}  // namespace leftfold::test_support
