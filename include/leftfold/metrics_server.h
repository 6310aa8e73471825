// SPDX-License-Identifier: Apache-2.0
// MetricsServer: metrics and health checks over HTTP.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <leftfold/health.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0 {

/// Where a MetricsServer listens, and what it shows.
struct MetricsServerOptions {
  std::string address;               ///< "127.0.0.1:9464", "[::1]:9464"; port 0: one that is free
  const Metrics* metrics = nullptr;  ///< null: no /metrics; must outlive the server, as everything below
  const Health* health = nullptr;    ///< null: no checks, so all is well while it answers
  Logger* log = &no_log();
  std::chrono::milliseconds fresh{1'000};     ///< answers of checks are given again for so long
  std::chrono::milliseconds deadline{2'000};  ///< a check that takes longer has failed
};

/// Answers GET and HEAD until it ends:
///
///     leftfold::MetricsServer server{{.address = "127.0.0.1:9464", .metrics = &app.metrics(), .health =
///     &app.health()}};
///
/// - /metrics: Metrics::prometheus()
/// - /livez: 200 "ok", or 503 with a line a check that failed: those of HealthScope::live, called on the spot
/// - /readyz: the same of HealthScope::ready
/// - /healthz: HealthReport::json() of all checks; 503 when one has failed
/// Anybody who can reach the address can read them: keep it in a network of your own.
///
/// It has threads of its own, which count as the console's: one that accepts, four that answer, one that calls the
/// checks of HealthScope::ready and one for the others, so that one that hangs holds no client up, and no readiness
/// that is not its own. A client has two seconds for its request and five for everything,
/// one request a connection; bodies are not read. Its end does not wait for clients, but for a check that runs.
/// One thread constructs and destroys it, address() is for any.
class MetricsServer {
 public:
  /// Listens from now on. Throws Error(invalid_argument) for an address that is none, Error(unavailable) for one that
  /// cannot be listened on: taken, or not of this machine.
  explicit MetricsServer(MetricsServerOptions options);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// What it listens on, with the port that was chosen: "127.0.0.1:40123".
  [[nodiscard]] const std::string& address() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
