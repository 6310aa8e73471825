// SPDX-License-Identifier: Apache-2.0
// Which events a command is about: the flags that events read, tail, events search and store export share.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_page.h>

#include "cli/event_place.h"
#include "cli/payload_test.h"
#include "cli/verbs.h"

namespace leftfold::inline v0::cli {

inline constexpr Flag kFrom{
    "--from", "", "N", "where to begin: start, end, a number, +N (behind the first N), -N (the last N)", false, ""};
inline constexpr Flag kTo{"--to", "", "N", "where to end, in the same words; the event of a number is the last",
                          false,  ""};
inline constexpr Flag kSince{"--since", "", "TIME", "only events stored then or later: 2026-11-23T09:00:00Z, 15m (ago)",
                             false,     ""};
inline constexpr Flag kUntil{"--until", "", "TIME", "only events stored before", false, ""};
inline constexpr Flag kReverse{"--reverse", "", "", "the newest first", false, ""};
inline constexpr Flag kType{"--type", "", "TYPE", "only events of this type; repeat it, or separate with commas",
                            true,     ""};
inline constexpr Flag kWhere{
    "--where", "", "PATH=VALUE", "only events with this in the payload: address.city=Rome; repeat it: all must hold",
    true,      ""};
inline constexpr Flag kStreamPrefix{"--stream-prefix", "", "TEXT", "only streams whose name begins so", false, ""};

/// The flags of one list behind those of another.
template <std::size_t A, std::size_t B>
[[nodiscard]] constexpr std::array<Flag, A + B> flags_of(const std::array<Flag, A>& first,
                                                         const std::array<Flag, B>& second) {
  std::array<Flag, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

/// Plain value.
struct EventChoice {
  std::string stream;  ///< empty: all of them
  EventPlace from;     ///< versions of a stream, positions of all
  EventPlace to{EventPlace::Kind::end, 0};
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
  std::vector<std::string> types;  ///< empty: all
  std::string stream_prefix;
  std::vector<PayloadTest> where;  ///< all must hold
  bool reverse = false;

  /// All but the places: those are for who reads.
  [[nodiscard]] bool wants(const RecordedEvent& event) const;
  /// Whether every event of the stream, or of the store, is chosen.
  [[nodiscard]] bool is_everything() const noexcept;
};

/// Reads the flags; those that a verb does not have count as not given. `from` is used without --from. Throws
/// UsageError that names the flag, its value and what is allowed.
[[nodiscard]] EventChoice read_choice(const Flags& flags, std::string stream, const Clock& clock,
                                      const std::string& from = "start");

}  // namespace leftfold::inline v0::cli
