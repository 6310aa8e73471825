// SPDX-License-Identifier: Apache-2.0
// A record as it came, without librdkafka's types: what reading it depends on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <leftfold/event_page.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::kafka {

struct Received {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view key;                   ///< empty: none
  std::optional<std::string_view> value;  ///< empty: a tombstone
  Timestamp timestamp{};                  ///< of the record; 1970 without one
};

/// As record.h says of a message.
void add_to_page(EventPage& page, const Received& record);

}  // namespace leftfold::inline v0::kafka
