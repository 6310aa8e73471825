// SPDX-License-Identifier: Apache-2.0
// How long a stream can be trusted to hold what was not read.
#pragma once

#include <chrono>

namespace leftfold::inline v0::runtime {

/// DynamoDB's streams keep records for 24 hours; four less is time to find out.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
inline constexpr std::chrono::hours kLate{20};

}  // namespace leftfold::inline v0::runtime
