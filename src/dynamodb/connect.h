// The way to DynamoDB that the options describe.
#pragma once

#include <memory>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"
#include "dynamodb/transport.h"

namespace leftfold::dynamodb {

/// Resolves endpoint, region and credentials by the options and this process's environment. Throws as
/// aws::resolve_endpoint does.
[[nodiscard]] std::unique_ptr<Transport> connect(const DynamoDbOptions& options);
[[nodiscard]] ClientOptions client_options(const DynamoDbOptions& options);

}  // namespace leftfold::dynamodb
