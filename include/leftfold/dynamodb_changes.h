// Records of a DynamoDB stream as AWS Lambda delivers them.
#pragma once

#include <string_view>

#include <leftfold/change_stream.h>
#include <leftfold/types.h>

namespace leftfold {

/// Reads the payload of a Lambda invocation by an event source mapping of an events table's stream: a batch of one
/// shard, in order. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
/// Numbers stay the text they are. Records of changed and deleted items have no events and count as `ignored`; one
/// whose image is missing or is no event is `unreadable`. `behind` is measured to `now`. Any thread.
/// Throws Error(invalid_data) that names the record and what is wrong with it: for text that is no JSON or has no
/// Records, and for a record that is none of DynamoDB, or without a sequence number or an event's key.
[[nodiscard]] ChangePage read_dynamodb_event(std::string_view payload, Timestamp now);

}  // namespace leftfold
