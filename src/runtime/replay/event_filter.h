// SPDX-License-Identifier: Apache-2.0
// Which events a replay is about.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>
#include <leftfold/handler_table.h>
#include <leftfold/replay.h>

namespace leftfold::inline v0::runtime {

/// The choice of ReplayOptions. Immutable; any thread.
class EventFilter {
 public:
  explicit EventFilter(const ReplayOptions& options);

  /// True when every event is chosen.
  [[nodiscard]] bool all() const noexcept { return all_; }
  [[nodiscard]] bool wants(const RecordedEvent& event) const;
  /// What a handler receives of a type: is every event of it, up to some point, chosen?
  [[nodiscard]] bool is_whole_for(const HandlerTable& table) const;
  /// Says which events these are, for a replay that is to be resumed. The same text, the same choice.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::set<std::string, std::less<>> types_;
  std::set<std::string, std::less<>> aggregates_;
  Position from_;
  Position to_;
  std::optional<Timestamp> since_;
  std::optional<Timestamp> until_;
  bool all_ = true;
  std::string text_;
};

}  // namespace leftfold::inline v0::runtime
