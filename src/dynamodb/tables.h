// SPDX-License-Identifier: Apache-2.0
// The tables: looking at them, making them.
#pragma once

#include <string>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// Checks that both tables are there and are leftfold's; creates what is missing when options.tables says so, and waits
/// until they can be used. Throws Error: not_found for a missing table, unsupported for one with another key,
/// invalid_config for an events table whose items expire, unavailable when a table is not ready in time.
void prepare_tables(Client& client, const DynamoDbOptions& options);

}  // namespace leftfold::inline v0::dynamodb
