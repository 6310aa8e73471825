// SPDX-License-Identifier: Apache-2.0
#include "cli/event_place.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace leftfold::cli {
namespace {

using Kind = EventPlace::Kind;

EventPlace place(const std::string& text) { return read_place("--from", text, "a position"); }

TEST(EventPlace, ReadsWordsAndNumbers) {
  EXPECT_EQ(place("start"), (EventPlace{Kind::start, 0}));
  EXPECT_EQ(place("end"), (EventPlace{Kind::end, 0}));
  EXPECT_EQ(place("7"), (EventPlace{Kind::number, 7}));
  EXPECT_EQ(place("+7"), (EventPlace{Kind::after_first, 7}));
  EXPECT_EQ(place("-7"), (EventPlace{Kind::before_last, 7}));
  for (const char* const bad : {"", "+", "-", "--7", "+-7", "7.5", "x", "99999999999999999999"}) {
    EXPECT_THROW((void)place(bad), UsageError) << bad;
  }
}

struct Range {
  std::int64_t first;
  std::int64_t last;
  bool operator==(const Range&) const = default;
};
Range range(const std::string& from, const std::string& to, std::int64_t first, std::int64_t last) {
  return {place(from).begin(first, last), place(to).finish(first, last)};
}

TEST(EventPlace, OfTenPositions) {
  EXPECT_EQ(range("start", "end", 1, 10), (Range{1, 10}));
  EXPECT_EQ(range("3", "5", 1, 10), (Range{3, 5}));
  EXPECT_EQ(range("0", "99", 1, 10), (Range{1, 10}));
  EXPECT_EQ(range("+3", "end", 1, 10), (Range{4, 10}));
  EXPECT_EQ(range("-3", "end", 1, 10), (Range{8, 10}));
  EXPECT_EQ(range("start", "+3", 1, 10), (Range{1, 3}));
  EXPECT_EQ(range("start", "-3", 1, 10), (Range{1, 7}));
  EXPECT_EQ(range("-99", "+99", 1, 10), (Range{1, 10}));
  EXPECT_EQ(range("end", "end", 1, 10), (Range{11, 10}));
  EXPECT_EQ(range("start", "start", 1, 10), (Range{1, 0}));
}

TEST(EventPlace, FromAndToShareTheEventsOut) {
  for (const char* const between : {"start", "end", "+4", "-4", "+0", "-0", "+99", "-99"}) {
    const EventPlace each = place(between);
    EXPECT_EQ(each.finish(1, 10) + 1, each.begin(1, 10)) << between;
    EXPECT_EQ(each.finish(0, -1) + 1, each.begin(0, -1)) << between << " of nothing";
  }
}

TEST(EventPlace, VersionsOfAStreamBeginAt0) {
  EXPECT_EQ(range("+1", "-1", 0, 4), (Range{1, 3}));
  EXPECT_EQ(range("-2", "end", 0, 4), (Range{3, 4}));
}

TEST(ReadTime, TimesDatesAndHowLongAgo) {
  const Timestamp now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{9};
  const std::vector<std::pair<std::string, Timestamp>> good{
      {"15m", now - std::chrono::minutes{15}}, {"500ms", now - std::chrono::milliseconds{500}},
      {"30s", now - std::chrono::seconds{30}}, {"2h", now - std::chrono::hours{2}},
      {"7d", now - std::chrono::days{7}},      {"2026-11-23T09:00:00Z", now},
      {"2026-11-23T10:00:00+01:00", now},      {"2026-11-23", now - std::chrono::hours{9}},
  };
  for (const auto& [text, time] : good) EXPECT_EQ(read_time("--since", text, now), time) << text;
  for (const char* const bad :
       {"", "15", "m", "15x", "-15m", "1.5h", "yesterday", "2026-13-01", "99999999999999999d"}) {
    EXPECT_THROW((void)read_time("--since", bad, now), UsageError) << bad;
  }
}

}  // namespace
}  // namespace leftfold::cli
