// SPDX-License-Identifier: Apache-2.0
// Logging: a port with one shipped implementation, text or JSON lines on stderr.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace leftfold::inline v0 {

enum class LogLevel { trace, debug, info, warn, error, off };

/// Reads a level by name, in any case: trace, debug, info, warn, error, off.
/// Throws Error(invalid_config) that lists the names.
[[nodiscard]] LogLevel parse_log_level(std::string_view name);
[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

/// One key and value of a log line.
struct LogField {
  std::string_view key;
  std::string value;
};

/// Port: where log lines go. Per event: trace; per batch: debug; lifecycle: info; a handler that failed: warn or error.
/// No payloads below debug. Any thread. Must outlive everything that logs to it. Never throws.
class Logger {
 public:
  virtual ~Logger() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const noexcept = 0;
  /// `component` is the module or the handler that speaks ("runner", "HotProducts").
  virtual void log(LogLevel level, std::string_view component, std::string_view message,
                   std::span<const LogField> fields) noexcept = 0;

  void log(LogLevel level, std::string_view component, std::string_view message,
           std::initializer_list<LogField> fields = {}) noexcept {
    if (enabled(level)) log(level, component, message, std::span<const LogField>{fields.begin(), fields.size()});
  }
};

enum class LogFormat { text, json };

/// Whether lines of text begin with the time. JSON lines always have it.
enum class LogTime {
  automatic,  ///< unless stderr is the journal of systemd, which notes the time itself
  always,
  never,
};

/// A logger that writes one line an entry to stderr. Any thread; lines never interleave.
class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel threshold = LogLevel::info, LogFormat format = LogFormat::text,
                        LogTime time = LogTime::automatic) noexcept;
  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level >= threshold_; }
  void log(LogLevel level, std::string_view component, std::string_view message,
           std::span<const LogField> fields) noexcept override;

 private:
  LogLevel threshold_;
  LogFormat format_;
  bool with_time_;
};

/// A logger that drops everything. Lives as long as the program.
[[nodiscard]] Logger& no_log() noexcept;

}  // namespace leftfold::inline v0
