// SPDX-License-Identifier: Apache-2.0
// Which certificates were not accepted, as the log tells it.
#pragma once

#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/log.h>

namespace leftfold::inline v0::kafka {

/// Hands log lines on, and keeps those that tell why a certificate is not accepted
/// (certificate_check.h). Any thread.
class CertificateLog final : public Logger {
 public:
  /// `next` must outlive it.
  explicit CertificateLog(Logger& next) noexcept : next_{next} {}

  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
    return level == LogLevel::error || next_.enabled(level);
  }
  void log(LogLevel level, std::string_view component, std::string_view message,
           std::span<const LogField> fields) noexcept override;

  /// Their texts, each once; empty when all certificates were accepted.
  [[nodiscard]] std::set<std::string> refused() const;

 private:
  Logger& next_;
  mutable std::mutex mutex_;
  std::set<std::string> refused_;
};

}  // namespace leftfold::inline v0::kafka
