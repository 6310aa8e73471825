// SPDX-License-Identifier: Apache-2.0
// A Lambda function behind an event source mapping of a stream, with partial batches.
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>
#include <leftfold/lambda.h>

namespace leftfold::inline v0 {

/// Reads the payload of an invocation: read_stream_records of leftfold/dynamodb_changes.h for a DynamoDB stream.
using ReadChanges = std::function<ChangePage(std::string_view payload)>;

/// Publishes what the changes told, in their order, until `deadline`. Returns how many of `page.changes`, from the
/// first one on, are wholly done: acknowledged, or nothing to publish. Leaves nothing queued when it returns or throws.
using PublishChanges = std::function<std::size_t(const ChangePage& page, Instant deadline)>;

/// Answers invocations whose payloads are batches of one shard. The event source mapping must have
/// ReportBatchItemFailures: the response names the lowest sequence number that is not done, and Lambda sends the batch
/// again from there. `publish` gets the time until the invocation's deadline less 2 seconds or a tenth, whichever is
/// more, so that the answer comes in time. What `read` or `publish` throws fails the whole batch. `clock` is that of
/// LambdaOptions and must outlive the handler. The handler is for one thread at a time.
[[nodiscard]] LambdaHandler lambda_stream_handler(ReadChanges read, PublishChanges publish,
                                                  Clock& clock = system_clock());

}  // namespace leftfold::inline v0
