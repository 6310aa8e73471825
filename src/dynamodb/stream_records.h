// SPDX-License-Identifier: Apache-2.0
// The records of a stream, as GetRecords answers and as AWS Lambda delivers them: the same but for what is around.
#pragma once

#include <simdjson.h>

#include <leftfold/change_stream.h>

namespace leftfold::inline v0::dynamodb {

/// Adds the records of the array `in` to the page. The text of `in` must have simdjson's padding behind its end.
/// Throws Error(invalid_data) that names the record for one that does not have the shape of a record, or whose key is
/// not an events table's; the page is then of no use.
void add_records(ChangePage& page, simdjson::ondemand::value in, Timestamp now);

}  // namespace leftfold::inline v0::dynamodb
