// SPDX-License-Identifier: Apache-2.0
// Tells systemd how a service is.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// Sends datagrams to the socket that NOTIFY_SOCKET names, as sd_notify(3) describes; does nothing when no service
/// manager asks. One thread at a time.
class ServiceManager {
 public:
  /// Looks at NOTIFY_SOCKET.
  ServiceManager();

  /// Whether anybody listens.
  [[nodiscard]] bool listens() const noexcept { return !socket_.empty(); }
  /// It does its work from now on.
  void ready() const noexcept { say("READY=1"); }
  /// It is alive; with WatchdogSec= systemd restarts a service that does not say so in time.
  void alive() const noexcept { say("WATCHDOG=1"); }
  void stopping() const noexcept { say("STOPPING=1"); }
  /// A line for `systemctl status`.
  void status(std::string_view line) const;

 private:
  void say(std::string_view text) const noexcept;
  std::string socket_;
};

}  // namespace leftfold::inline v0::cli
