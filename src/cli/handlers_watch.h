// SPDX-License-Identifier: Apache-2.0
// Looks at a running service for systemd.
#pragma once

#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/app.h>

#include "cli/service_manager.h"

namespace leftfold::inline v0::cli {

/// "4 handlers: 3 running, 1 waiting; 12 events behind".
[[nodiscard]] std::string line_of(const std::vector<SubscriptionStatus>& handlers);

/// Once a second, on a thread of its own, until it ends: says that the handlers have begun, how they are, and that the
/// process is alive for as long as its live checks are (health_checks.h). Without a service manager there is no thread.
class HandlersWatch {
 public:
  /// Makes the App's Runner and Health; throws as App::health().
  HandlersWatch(App& app, std::stop_token stop);
  ~HandlersWatch();
  HandlersWatch(const HandlersWatch&) = delete;
  HandlersWatch& operator=(const HandlersWatch&) = delete;

 private:
  void look();

  const std::stop_token stop_;
  ServiceManager manager_;
  const Runner* runner_ = nullptr;
  const Health* health_ = nullptr;
  bool ready_ = false;
  bool stopping_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace leftfold::inline v0::cli
