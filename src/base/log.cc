// SPDX-License-Identifier: Apache-2.0
#include <leftfold/log.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "base/log_line.h"

namespace leftfold::inline v0 {
namespace {

constexpr std::array<std::pair<LogLevel, std::string_view>, 6> kLevels{{{LogLevel::trace, "trace"},
                                                                        {LogLevel::debug, "debug"},
                                                                        {LogLevel::info, "info"},
                                                                        {LogLevel::warn, "warn"},
                                                                        {LogLevel::error, "error"},
                                                                        {LogLevel::off, "off"}}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// One write for the whole line, so that lines of several threads and processes do not mix; the loop is for a signal or
/// a full pipe in the middle.
void write_line(std::string_view line) noexcept {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written >= 0) line.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR) return;  // nobody reads stderr: there is no one to tell
  }
}

class NoLog final : public Logger {
 public:
  using Logger::log;
  bool enabled(LogLevel) const noexcept override { return false; }
  void log(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

/// systemd.exec(5): JOURNAL_STREAM names the device and inode of a stderr that is the journal's; a stderr that was
/// redirected since is another one.
bool stderr_is_journal() noexcept {
  const char* const stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): nobody sets it here
  struct stat file{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
  char* end = nullptr;
  const unsigned long long device = std::strtoull(stream, &end, 10);
  if (end == stream || *end != ':') return false;
  return device == file.st_dev && std::strtoull(end + 1, nullptr, 10) == file.st_ino;
}

}  // namespace

StderrLogger::StderrLogger(LogLevel threshold, LogFormat format, LogTime time) noexcept
    : threshold_{threshold},
      format_{format},
      with_time_{format == LogFormat::json || time == LogTime::always ||
                 (time == LogTime::automatic && !stderr_is_journal())} {}

LogLevel parse_log_level(std::string_view name) {
  std::string wanted{name};
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), lower);
  for (const auto& [level, text] : kLevels) {
    if (text == wanted) return level;
  }
  throw Error{Errc::invalid_config,
              "log level \"" + std::string{name} + "\" is unknown; use trace, debug, info, warn, error or off"};
}

std::string_view to_string(LogLevel level) noexcept {
  for (const auto& [known, text] : kLevels) {
    if (known == level) return text;
  }
  return "unknown";
}

void StderrLogger::log(LogLevel level, std::string_view component, std::string_view message,
                       std::span<const LogField> fields) noexcept {
  if (!enabled(level) || level == LogLevel::off) return;
  try {
    write_line(base::log_line(format_, with_time_ ? std::optional{system_clock().now()} : std::nullopt, level,
                              component, message, fields));
  } catch (...) {  // no memory for the line; logging must not be what stops the program
    write_line("leftfold: a log line was lost because memory ran out\n");
  }
}

Logger& no_log() noexcept {
  static NoLog& log = *new NoLog;  // never destroyed: other statics may use it at exit
  return log;
}

}  // namespace leftfold::inline v0
