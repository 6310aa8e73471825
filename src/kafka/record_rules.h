// SPDX-License-Identifier: Apache-2.0
// What writing and reading a record agree on: whatever is written can be read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <leftfold/event_page.h>
#include <leftfold/event_store.h>
#include <leftfold/types.h>

#include "core/utf8.h"

namespace leftfold::inline v0::kafka {

/// How the Node library calls what is kSnapshotNote here.
inline constexpr std::string_view kNodeSnapshot = "Snapshot";

/// The largest version: beyond it JavaScript has no exact integers (RFC 7493, 2.2).
inline constexpr std::int64_t kMaxVersion = (std::int64_t{1} << 53) - 1;

// Times have four digits for the year in RFC 3339, and so in the export of dead letters.
inline constexpr Timestamp kFirstTime = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
inline constexpr Timestamp kLastTime =
    Timestamp{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}} - std::chrono::milliseconds{1};

[[nodiscard]] inline bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.find('\0') == text.npos && detail::is_utf8(text);
}
/// As event_store.h says of AppendRequest::aggregate_id.
[[nodiscard]] inline bool is_aggregate_id(std::string_view text) noexcept {
  return text.size() <= kMaxAggregateIdBytes && is_name(text);
}
[[nodiscard]] constexpr bool is_time(Timestamp time) noexcept { return time >= kFirstTime && time <= kLastTime; }

}  // namespace leftfold::inline v0::kafka
