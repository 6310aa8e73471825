// SPDX-License-Identifier: Apache-2.0
// Identities of events whose records bring none: the same at every reading.
#pragma once

#include <cstdint>
#include <string_view>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::kafka {

/// Of an event that the Node library wrote: UUID version 8 (RFC 9562, 5.8) of the SHA-256 of aggregate, NUL, version,
/// as DynamoDbStore derives it. Throws Error(internal) when the crypto library fails.
[[nodiscard]] Uuid id_of_event(std::string_view aggregate_id, Version version);

/// Of a record that is no event: the same of topic, NUL, partition, NUL, offset.
[[nodiscard]] Uuid id_of_record(std::string_view topic, std::int32_t partition, std::int64_t offset);

}  // namespace leftfold::inline v0::kafka
