// SPDX-License-Identifier: Apache-2.0
// One event with its own texts, for those who keep it longer than its page.
#pragma once

#include <string>

#include <leftfold/event_page.h>

namespace leftfold::inline v0 {

/// A RecordedEvent that owns its texts. Plain value; see RecordedEvent for the fields.
struct EventCopy {
  EventCopy() = default;
  explicit EventCopy(const RecordedEvent& event);

  /// The event as handlers get it; its views are into this object.
  [[nodiscard]] RecordedEvent view() const noexcept;

  Position position;
  std::int32_t partition = 0;
  std::int32_t schema_version = 1;
  Version version;
  Timestamp committed_at{};
  Uuid id;
  Uuid commit_id;
  std::int32_t commit_pos = 0;
  std::int32_t commit_size = 1;
  std::string aggregate_id;
  std::string type;
  std::string payload;
  std::string metadata;
};

}  // namespace leftfold::inline v0
