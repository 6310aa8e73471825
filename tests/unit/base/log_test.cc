// SPDX-License-Identifier: Apache-2.0
#include <leftfold/log.h>

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>

#include "base/log_line.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using base::log_line;

constexpr Timestamp kTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h + 41min + 7s + 123ms;

std::string text(std::string_view message, const std::vector<LogField>& fields = {}) {
  return log_line(LogFormat::text, kTime, LogLevel::info, "runner", message, fields);
}

/// What follows the time, level and component.
std::string text_rest(std::string_view message, const std::vector<LogField>& fields = {}) {
  return text(message, fields).substr(std::string_view{"2026-11-23T09:41:07.123Z INFO  runner  "}.size());
}

std::string json(std::string_view message, const std::vector<LogField>& fields = {}) {
  return log_line(LogFormat::json, kTime, LogLevel::info, "runner", message, fields);
}

TEST(LogLevel, IsReadByNameInAnyCase) {
  for (const LogLevel level :
       {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error, LogLevel::off}) {
    EXPECT_EQ(parse_log_level(to_string(level)), level);
  }
  EXPECT_EQ(parse_log_level("WARN"), LogLevel::warn);
  EXPECT_EQ(parse_log_level("Debug"), LogLevel::debug);
}

TEST(LogLevel, AnUnknownNameIsAnErrorThatListsTheNames) {
  for (const std::string_view name : {"", "loud", "info ", "information"}) {
    try {
      (void)parse_log_level(name);
      ADD_FAILURE() << "accepted \"" << name << '"';
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_config);
      EXPECT_EQ(std::string{error.what()},
                "log level \"" + std::string{name} + "\" is unknown; use trace, debug, info, warn, error or off");
    }
  }
}

TEST(TextLog, IsOneLineOfTimeLevelComponentMessageAndFields) {
  EXPECT_EQ(text("subscription started"), "2026-11-23T09:41:07.123Z INFO  runner  subscription started\n");
  EXPECT_EQ(text("message", {{"key", "value"}, {"other", "two words"}}),
            "2026-11-23T09:41:07.123Z INFO  runner  message  key=value other=\"two words\"\n");
  EXPECT_EQ(log_line(LogFormat::text, kTime, LogLevel::error, "HotProducts", "failed", {}),
            "2026-11-23T09:41:07.123Z ERROR HotProducts  failed\n");
}

TEST(TextLog, QuotesValuesThatCouldBeMisread) {
  EXPECT_EQ(text_rest("m", {{"k", ""}}), "m  k=\"\"\n");
  EXPECT_EQ(text_rest("m", {{"k", "a=b"}}), "m  k=\"a=b\"\n");
  EXPECT_EQ(text_rest("m", {{"k", R"(say "hi" \ bye)"}}), R"(m  k="say \"hi\" \\ bye")" + std::string{'\n'});
}

TEST(TextLog, NoValueCanForgeALineOrSteerTheTerminal) {
  const std::string line = text_rest("a\nb\x1b[2J", {{"k\r", "x\ny"}, {"c1", "\u009b31m"}, {"bad", "\xff\xc3"}});
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(line, R"(a\nb\x1b[2J  k\x0d="x\ny" c1=\xc2\x9b31m bad=\xff\xc3)" + std::string{'\n'});
}

TEST(TextLog, KeepsOtherCharactersAsTheyAre) {
  EXPECT_EQ(text_rest("M\u00fcller \u20ac \U0001F600"), "M\u00fcller \u20ac \U0001F600\n");
}

TEST(JsonLog, IsOneObjectALine) {
  EXPECT_EQ(json("started", {{"stream", "cart-42"}, {"version", "7"}}),
            R"({"ts":"2026-11-23T09:41:07.123Z","level":"info","msg":"started","component":"runner",)"
            R"("stream":"cart-42","version":"7"})" +
                std::string{'\n'});
}

TEST(JsonLog, EscapesWhatJsonForbids) {
  EXPECT_NE(json("a\"b\\c\n\t\x01\u0085").find(R"(,"msg":"a\"b\\c\n\t\u0001\u0085",)"), std::string::npos);
}

TEST(JsonLog, ReplacesBytesThatAreNotUtf8) {
  for (const std::string_view bad : {"\xff", "\xc3", "\x80", "\xc0", "\xf5"}) {
    EXPECT_NE(json(bad).find(R"("msg":"\ufffd","component")"), std::string::npos) << json(bad);
  }
  EXPECT_NE(json("\xed\xa0\x80").find(R"("msg":"\ufffd\ufffd\ufffd",)"), std::string::npos);  // a surrogate
  EXPECT_NE(json("\xe2\x82").find(R"("msg":"\ufffd\ufffd",)"), std::string::npos);            // cut short
}

TEST(LogTime, IsRfc3339) {
  const auto line = [](Timestamp time) { return log_line(LogFormat::text, time, LogLevel::info, "c", "m", {}); };
  EXPECT_EQ(line(Timestamp{}).substr(0, 24), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(line(Timestamp{-1ms}).substr(0, 24), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(line(std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + 23h).substr(0, 24),
            "2024-02-29T23:00:00.000Z");
}

TEST(StderrLogger, WritesFromItsThresholdUp) {
  StderrLogger log{LogLevel::warn};
  EXPECT_FALSE(log.enabled(LogLevel::info));
  EXPECT_TRUE(log.enabled(LogLevel::warn));
  testing::internal::CaptureStderr();
  log.log(LogLevel::info, "test", "not this");
  log.log(LogLevel::error, "test", "this", {{"n", "1"}});
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_EQ(out.substr(out.find(' ')), " ERROR test  this  n=1\n");
}

TEST(LogLine, TextWithoutATimeBeginsWithTheLevel) {
  EXPECT_EQ(log_line(LogFormat::text, std::nullopt, LogLevel::warn, "runner", "slow", {}), "WARN  runner  slow\n");
}

/// Sets JOURNAL_STREAM for a test.
struct JournalStream {
  explicit JournalStream(const std::string& value) { ::setenv("JOURNAL_STREAM", value.c_str(), 1); }
  ~JournalStream() { ::unsetenv("JOURNAL_STREAM"); }
  JournalStream(const JournalStream&) = delete;
  JournalStream& operator=(const JournalStream&) = delete;
};

std::string logged(LogFormat format, LogTime time, bool journal) {
  testing::internal::CaptureStderr();  // another file from here on
  struct stat file{};
  EXPECT_EQ(::fstat(STDERR_FILENO, &file), 0);
  const std::string mine = std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
  const std::string other = std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino + 1);
  const JournalStream stream{journal ? mine : other};
  StderrLogger{LogLevel::info, format, time}.log(LogLevel::info, "runner", "starts");
  return testing::internal::GetCapturedStderr();
}

TEST(StderrLogger, LeavesTheTimeToTheJournal) {
  EXPECT_EQ(logged(LogFormat::text, LogTime::automatic, true), "INFO  runner  starts\n");
  EXPECT_TRUE(logged(LogFormat::text, LogTime::automatic, false).starts_with("2")) << "the journal has another file";
  EXPECT_TRUE(logged(LogFormat::text, LogTime::always, true).starts_with("2"));
  EXPECT_EQ(logged(LogFormat::text, LogTime::never, false), "INFO  runner  starts\n");
  EXPECT_TRUE(logged(LogFormat::json, LogTime::automatic, true).starts_with("{\"ts\":\"2"));
}

TEST(StderrLogger, AJournalStreamThatIsNoneIsPassedOver) {
  for (const char* value : {"", ":", "8", "8:", "x:y"}) {
    const JournalStream stream{value};
    testing::internal::CaptureStderr();
    StderrLogger{}.log(LogLevel::info, "runner", "starts");
    EXPECT_TRUE(testing::internal::GetCapturedStderr().starts_with("2")) << value;
  }
}

TEST(StderrLogger, OffIsSilent) {
  StderrLogger log{LogLevel::off};
  testing::internal::CaptureStderr();
  log.log(LogLevel::error, "test", "not this");
  log.log(LogLevel::off, "test", "nor this");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(StderrLogger, LinesOfSeveralThreadsNeverMix) {
  StderrLogger log{LogLevel::info, LogFormat::json};
  const std::string message(300, 'x');
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) log.log(LogLevel::info, "test", message);
      });
    }
  }
  std::string_view rest;
  const std::string out = testing::internal::GetCapturedStderr();
  rest = out;
  int lines = 0;
  for (; !rest.empty(); ++lines) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    ASSERT_TRUE(line.starts_with("{\"ts\"") && line.ends_with("\"component\":\"test\"}")) << line;
    ASSERT_NE(line.find(message), std::string_view::npos);
    rest.remove_prefix(end + 1);
  }
  EXPECT_EQ(lines, 800);
}

TEST(NoLog, IsNeverEnabled) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(no_log().enabled(LogLevel::error));
  no_log().log(LogLevel::error, "test", "not this");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace leftfold
