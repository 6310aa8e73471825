// SPDX-License-Identifier: Apache-2.0
// Reads the whole events table, segment by segment.
#pragma once

#include <leftfold/dynamodb.h>

#include "dynamodb/stream_reader.h"

namespace leftfold::inline v0::dynamodb {

/// One page, as DynamoDbStore::scan.
[[nodiscard]] ScanPage scan_page(const EventTable& table, const ScanPlace& where);

}  // namespace leftfold::inline v0::dynamodb
