// One record of a DynamoDB stream, as GetRecords returns it and as Lambda delivers it, as a change.
#pragma once

#include <simdjson.h>

#include <optional>

#include <leftfold/change_stream.h>
#include <leftfold/types.h>

namespace leftfold::dynamodb {

/// Adds the change that `record` tells, and its events, to the page; counts one of a changed or deleted item as
/// ignored. Returns when DynamoDB says it happened, to the second, if it does.
/// Throws Error(invalid_data), with the page as it was, for a record without a sequence number or an event's key.
std::optional<Timestamp> add_change(ChangePage& page, simdjson::ondemand::object record);

}  // namespace leftfold::dynamodb
