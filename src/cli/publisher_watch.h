// SPDX-License-Identifier: Apache-2.0
// Looks at a running publisher for those who watch it: systemd, a collector of metrics, the log.
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/publisher.h>

#include "cli/service_manager.h"

namespace leftfold::inline v0::cli {

/// "publishing: 1200 published, 3 on the way, the oldest for 40 ms, 1 aggregate blocked".
[[nodiscard]] std::string line_of(const PublisherStatus& status);

/// Once a second, on a thread of its own, until it ends. What it looks at must outlive it.
class PublisherWatch {
 public:
  /// `metrics_file` may be empty. Writes it once at once, and throws as write_metrics_file.
  PublisherWatch(const Publisher& publisher, const Metrics& metrics, std::filesystem::path metrics_file, Logger& log);

 private:
  void run(const std::stop_token& stop);
  void look();
  void write_metrics();

  const Publisher& publisher_;
  const Metrics& metrics_;
  const std::filesystem::path metrics_file_;
  Logger& log_;
  ServiceManager manager_;
  bool ready_ = false;
  bool file_failed_ = false;
  std::uint64_t turns_ = 0;
  std::uint64_t looks_ = 0;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace leftfold::inline v0::cli
