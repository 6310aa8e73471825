// SPDX-License-Identifier: Apache-2.0
// The way to DynamoDB that the options describe.
#pragma once

#include <chrono>
#include <memory>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"
#include "dynamodb/transport.h"

namespace leftfold::inline v0::dynamodb {

struct Transports {
  std::unique_ptr<Transport> tables;
  std::unique_ptr<Transport> streams;  ///< to the endpoint of streams, with the same credentials
  std::unique_ptr<Transport> brief;    ///< as tables, each attempt bounded by kBriefAttempt; see brief_client_options()
};

/// Resolve endpoint, region and credentials by the options and this process's environment. Throw as
/// aws::resolve_endpoint does.
[[nodiscard]] std::unique_ptr<Transport> connect(const DynamoDbOptions& options);
[[nodiscard]] Transports connect_all(const DynamoDbOptions& options);
[[nodiscard]] ClientOptions client_options(const DynamoDbOptions& options);

/// For calls of threads that have other things to do: what BreakerStore asks of an adapter is an answer or a failure
/// within a second, so an attempt ends after kBriefAttempt, a new connection included, and only what failed at once is
/// tried again. Only new credentials, which calls of all kinds wait for, may take longer.
[[nodiscard]] ClientOptions brief_client_options(const DynamoDbOptions& options);
inline constexpr std::chrono::milliseconds kBriefAttempt{700};
inline constexpr std::chrono::milliseconds kBriefRetry{
    150};  ///< no retry later than this, nor a wait longer than 50 ms

}  // namespace leftfold::inline v0::dynamodb
