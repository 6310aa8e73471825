// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <limits>

#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;
using namespace std::chrono;

namespace {
sys_seconds moment() { return sys_days{2026y / November / 23} + 9h + 41min + 7s; }
}  // namespace

TEST(JsonTime, times_have_as_many_digits_as_they_need) {
  expect_round_trip(moment(), R"("2026-11-23T09:41:07Z")");
  expect_round_trip(Timestamp{moment()} + 120ms, R"("2026-11-23T09:41:07.12Z")");
  expect_round_trip(sys_time<microseconds>{moment()} + 5us, R"("2026-11-23T09:41:07.000005Z")");
  expect_round_trip(sys_time<nanoseconds>{moment()} + 123456789ns, R"("2026-11-23T09:41:07.123456789Z")");
  expect_round_trip(sys_days{2026y / November / 23}, R"("2026-11-23T00:00:00Z")");
  expect_round_trip(system_clock::time_point{}, R"("1970-01-01T00:00:00Z")");
  expect_round_trip(Timestamp{-1ms}, R"("1969-12-31T23:59:59.999Z")");
  expect_round_trip(sys_seconds{sys_days{0y / January / 1}}, R"("0000-01-01T00:00:00Z")");
  expect_round_trip(Timestamp{sys_days{9999y / December / 31} + 24h - 1ms}, R"("9999-12-31T23:59:59.999Z")");
  expect_round_trip(sys_days{2024y / February / 29}, R"("2024-02-29T00:00:00Z")");
}

TEST(JsonTime, times_outside_the_years_0_to_9999_cannot_be_written) {
  expect_says(write_error(sys_days{10000y / January / 1}), "$", "a time outside the years 0000 to 9999");
  expect_says(write_error(sys_seconds{sys_days{0y / January / 1}} - 1s), "$", "a time outside the years");
  expect_says(write_error(Timestamp::max()), "$", "a time outside the years");
  expect_says(write_error(sys_days::min()), "$", "a time outside the years");
}

TEST(JsonTime, reading_accepts_offsets) {
  EXPECT_EQ(from_json<sys_seconds>(R"("2026-11-23T10:41:07+01:00")"), moment());
  EXPECT_EQ(from_json<sys_seconds>(R"("2026-11-23T04:11:07-05:30")"), moment());
  EXPECT_EQ(from_json<sys_seconds>(R"("2026-11-23t09:41:07z")"), moment());
  EXPECT_EQ(from_json<sys_seconds>(R"("2026-11-23T09:41:07.000000000000000000000Z")"), moment());
}

TEST(JsonTime, a_time_that_does_not_fit_is_an_error) {
  expect_says(read_error<Timestamp>(R"("2026-11-23T09:41:07.1234Z")"), "$", "more precise than the field can hold");
  expect_says(read_error<sys_seconds>(R"("2026-11-23T09:41:07.0000000000000000000001Z")"), "$", "more precise");
  expect_says(read_error<sys_days>(R"("2026-11-23T09:00:00Z")"), "$", "more precise");
  expect_says(read_error<sys_time<nanoseconds>>(R"("9999-01-01T00:00:00Z")"), "$", "out of the range");
}

TEST(JsonTime, what_is_no_time_is_an_error) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-23",
                           "2026-11-23T09:41:07",
                           "2026-11-23 09:41:07Z",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T09:60:00Z",
                           "2026-11-23T09:41:60Z",
                           "2026-11-23T09:41:07.Z",
                           "2026-11-23T09:41:07Zx",
                           "2026-11-23T09:41:07+1:00",
                           "2026-11-23T09:41:07+24:00",
                           "2026-11-23T09:41:07+01:60",
                           "2026-11-23T09:41:07+01",
                           "+2026-11-23T09:41:07Z",
                           "2026-1-23T09:41:07Z",
                           "2026-00-10T00:00:00Z",
                           "2026-01-00T00:00:00Z"}) {
    expect_says(read_error<Timestamp>('"' + std::string{text} + '"'), "$", "expected a time like");
  }
  expect_says(read_error<Timestamp>("5"), "$", "expected a time like \"2026-11-23T09:41:07.5Z\", found the number 5");
}

TEST(JsonTime, durations_are_seconds) {
  expect_round_trip(1500ms, R"("PT1.5S")");
  expect_round_trip(0s, R"("PT0S")");
  expect_round_trip(-1500ms, R"("-PT1.5S")");
  expect_round_trip(-1ns, R"("-PT0.000000001S")");
  expect_round_trip(90min, R"("PT5400S")");
  expect_round_trip(nanoseconds::max(), R"("PT9223372036.854775807S")");
  expect_round_trip(nanoseconds::min(), R"("-PT9223372036.854775808S")");
  expect_round_trip(seconds::max(), R"("PT9223372036854775807S")");
  expect_round_trip(duration<std::int64_t, std::atto>{1}, R"("PT0.000000000000000001S")");
  expect_round_trip(duration<std::int64_t, std::ratio<1, 4>>{3}, R"("PT0.75S")");
  expect_round_trip(duration<std::int8_t, std::milli>{-128}, R"("-PT0.128S")");
  expect_says(write_error(hours::max()), "$", "a duration of 2^63 seconds or more");
}

TEST(JsonTime, reading_accepts_days_hours_minutes_and_seconds) {
  const std::pair<const char*, milliseconds> durations[] = {
      {"P1D", 24h},     {"PT1H", 1h},      {"PT1M", 1min}, {"P2W", 336h},         {"P1DT2H3M4.5S", 26h + 3min + 4500ms},
      {"PT36H", 36h},   {"PT1H1S", 3601s}, {"-PT1H", -1h}, {"+PT1S", 1s},         {"-P1DT0.001S", -24h - 1ms},
      {"PT90M", 90min}, {"PT0.5S", 500ms}, {"PT01S", 1s},  {"PT1.50000S", 1500ms}};
  for (const auto& [text, value] : durations) {
    EXPECT_EQ(from_json<milliseconds>('"' + std::string{text} + '"'), value) << text;
  }
}

TEST(JsonTime, what_is_no_duration_is_an_error) {
  for (const char* text :
       {"",       "P",     "PT",    "P1",     "1S",   "PT1",   "P1S",    "PT1D",  "P1Y",  "P1M",   "PT1S1M", "PT1S1S",
        "PT1.5M", "PT.5S", "PT1.S", "PT1,5S", "P1DT", "PTT1S", "--PT1S", "PT-1S", "pt1s", "PT1S ", "P1D1H"}) {
    expect_says(read_error<milliseconds>('"' + std::string{text} + '"'), "$", "expected a duration like");
  }
}

TEST(JsonTime, a_duration_that_does_not_fit_is_an_error) {
  expect_says(read_error<seconds>(R"("PT1.5S")"), "$", "more precise");
  expect_says(read_error<hours>(R"("PT1M")"), "$", "more precise");
  expect_says(read_error<nanoseconds>(R"("PT9223372036.854775808S")"), "$", "out of the range");
  expect_says(read_error<seconds>(R"("PT9223372036854775808S")"), "$", "out of the range");
  expect_says(read_error<seconds>(R"("PT99999999999999999999999S")"), "$", "out of the range");
  expect_says(read_error<seconds>(R"("P99999999999999999999W")"), "$", "out of the range");
  using Tiny = duration<std::int8_t>;
  expect_says(read_error<Tiny>(R"("PT128S")"), "$", "out of the range");
}
