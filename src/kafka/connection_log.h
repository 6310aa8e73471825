// What librdkafka says of its connections in log lines alone.
#pragma once

#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/log.h>

namespace leftfold::kafka {

/// Hands log lines on, and keeps the last of those that tell why no connection comes about. Any thread.
class ConnectionLog final : public Logger {
 public:
  /// `next` must outlive it.
  explicit ConnectionLog(Logger& next) noexcept : next_{next} {}

  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
    return level >= LogLevel::info || next_.enabled(level);
  }
  void log(LogLevel level, std::string_view component, std::string_view message,
           std::span<const LogField> fields) noexcept override;

  /// That a certificate of a broker is not accepted, and why (certificate_check.h). Empty when all are.
  [[nodiscard]] std::string refused_certificate() const;
  /// That a port seems to speak another protocol. Empty when none does.
  [[nodiscard]] std::string other_protocol() const;

 private:
  Logger& next_;
  mutable std::mutex mutex_;
  std::string refused_certificate_;
  std::string other_protocol_;
};

}  // namespace leftfold::kafka
