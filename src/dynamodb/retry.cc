// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

namespace leftfold::inline v0::dynamodb {

using std::chrono::milliseconds;

bool RetryQuota::take(int cost) {
  const std::scoped_lock lock{mutex_};
  if (cost > left_) return false;
  left_ -= cost;
  return true;
}

void RetryQuota::give_back(int cost) {
  const std::scoped_lock lock{mutex_};
  left_ = std::min(kCapacity, left_ + std::max(cost, 1));
}

int RetryQuota::left() const {
  const std::scoped_lock lock{mutex_};
  return left_;
}

milliseconds longest_wait(milliseconds base, int retry) {
  constexpr milliseconds kCap{20'000};
  constexpr int kMostDoublings = 20;
  const auto factor = std::int64_t{1} << std::clamp(retry - 1, 0, kMostDoublings);
  return std::min(kCap, base * factor);
}

std::chrono::nanoseconds jittered(milliseconds longest) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const std::chrono::nanoseconds most{longest};
  return std::chrono::nanoseconds{std::uniform_int_distribution<std::int64_t>{0, most.count()}(random)};
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  // IMF-fixdate of RFC 9110, the only form a server may send: "Tue, 24 Nov 2026 17:24:48 GMT".
  constexpr std::string_view kShape = "Www, dd Mmm yyyy hh:mm:ss GMT";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != kShape.size() || text.substr(26) != "GMT") return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const char* const end = text.data() + at + size;
    const auto [rest, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc{} && rest == end ? value : -1;
  };
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == kMonths.npos || month % 3 != 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{digits(12, 4)},
                                         std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                         std::chrono::day{static_cast<unsigned>(std::max(digits(5, 2), 0))}};
  const int hour = digits(17, 2), minute = digits(20, 2), second = digits(23, 2);
  if (!date.ok() || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                   std::chrono::seconds{second}};
}

}  // namespace leftfold::inline v0::dynamodb
