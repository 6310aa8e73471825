// SPDX-License-Identifier: Apache-2.0
// What became of a write that makes a counter one more, and carries the id of its call.
#pragma once

#include <cstdint>
#include <string_view>

#include "dynamodb/attribute_value.h"
#include "dynamodb/requests.h"

namespace leftfold::inline v0::dynamodb {

inline constexpr std::string_view kWriteId = "writeId";  ///< the attribute with that id

enum class CountedWrite { stored, refused, in_doubt };

/// `next` is what the write, on the condition of the number before, would have left in `counter`.
[[nodiscard]] inline CountedWrite outcome_of(const WriteResult& result, const Uuid& id, std::string_view counter,
                                             std::int64_t next) {
  if (result.applied) return CountedWrite::stored;
  // What is in the way may be what an earlier attempt of this very call wrote, here or inside of DynamoDB.
  if (result.old && find_uuid(*result.old, kWriteId) == id) return CountedWrite::stored;
  if (!result.in_doubt) return CountedWrite::refused;
  // Another's write has the number that this one's would have: this one was never stored.
  if (result.old && find_integer(*result.old, counter) == next) return CountedWrite::refused;
  return CountedWrite::in_doubt;
}

}  // namespace leftfold::inline v0::dynamodb
