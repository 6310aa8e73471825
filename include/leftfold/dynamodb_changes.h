// SPDX-License-Identifier: Apache-2.0
// Records of a DynamoDB stream as changes, for those who get them by another way than DynamoDbStore::published().
#pragma once

#include <string_view>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>

namespace leftfold::inline v0 {

/// Reads what an AWS Lambda function receives from the stream of an events table: one JSON object whose `Records` are
/// in the order of one shard. A record of a new item becomes a Change with its events, one of a changed or deleted item
/// a Change without any; a new item that is no event that can be read, or that the stream does not show
/// (KEYS_ONLY), becomes a Change that is `unreadable`. `behind` is as of `clock`'s time.
/// Throws Error(invalid_data) that names the record and its sequence number for text that is not JSON of this shape,
/// and for the stream of a table without an events table's key.
[[nodiscard]] ChangePage read_stream_records(std::string_view json, const Clock& clock = system_clock());

}  // namespace leftfold::inline v0
