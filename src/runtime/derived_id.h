// SPDX-License-Identifier: Apache-2.0
// The id of an event that brings none.
#pragma once

#include <string_view>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0::runtime {

/// UUID version 8 (RFC 9562, 5.8) of the SHA-256 of aggregate, NUL, version: as stores and brokers derive the id of an
/// event of the Node library, so that all come to the same one. Any thread.
[[nodiscard]] Uuid derived_id(std::string_view aggregate_id, Version version);

}  // namespace leftfold::inline v0::runtime
