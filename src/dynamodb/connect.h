// The way to DynamoDB that the options describe.
#pragma once

#include <memory>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"
#include "dynamodb/transport.h"

namespace leftfold::dynamodb {

struct Transports {
  std::unique_ptr<Transport> tables;
  std::unique_ptr<Transport> streams;  ///< to the endpoint of streams, with the same credentials
};

/// Resolve endpoint, region and credentials by the options and this process's environment. Throw as
/// aws::resolve_endpoint does.
[[nodiscard]] std::unique_ptr<Transport> connect(const DynamoDbOptions& options);
[[nodiscard]] Transports connect_both(const DynamoDbOptions& options);
[[nodiscard]] ClientOptions client_options(const DynamoDbOptions& options);

}  // namespace leftfold::dynamodb
