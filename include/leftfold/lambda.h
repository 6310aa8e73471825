// SPDX-License-Identifier: Apache-2.0
// A program as an AWS Lambda function: the custom runtime of provided.al2023.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/log.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// What Lambda says of one invocation besides its payload. Plain value.
struct LambdaInvocation {
  std::string request_id;
  Instant deadline{};        ///< on LambdaOptions::clock; Lambda ends the process then
  std::string function_arn;  ///< with the version or alias that was invoked
  std::string trace_id;      ///< X-Ray's header; empty when the invocation has none
};

/// Answers one invocation: returns the response, JSON. What it throws is reported as the invocation's error, with
/// what() as the message, and the next invocation comes to the same handler. The process is frozen between two
/// invocations: nothing may be left queued when it returns. `payload` is JSON and ends with the call.
using LambdaHandler = std::function<std::string(std::string_view payload, const LambdaInvocation& invocation)>;

/// Where the runtime is, and whom it tells. Plain value.
struct LambdaOptions {
  std::string runtime_api;         ///< HOST:PORT, which Lambda passes in AWS_LAMBDA_RUNTIME_API
  Clock* clock = &system_clock();  ///< must outlive the run
  Logger* log = &no_log();         ///< gets no payload; must outlive the run

  /// By AWS_LAMBDA_RUNTIME_API. Throws Error(invalid_config) when it is not set: the program does not run in Lambda.
  [[nodiscard]] static LambdaOptions from(const std::map<std::string, std::string>& environment);
  /// By this process's environment.
  [[nodiscard]] static LambdaOptions from_environment();
};

/// Runs a function: calls `init`, then answers invocations with the handler that it returned, one at a time, until
/// `stop` is requested, which ends the wait for the next one. What `init` throws is reported as the error of the
/// initialisation and thrown on; the program should end then with a status that is not 0, and Lambda starts another.
/// Sets _X_AMZN_TRACE_ID to each invocation's trace id, so that tracing libraries find it.
/// Throws Error(permission_denied, unavailable) when Lambda's API says that the process has to end (403, 500) or does
/// not answer; invalid_data for an invocation without an id. One call at a time in a process: it sets an environment
/// variable, for the first time before `init` is called; threads that the program started before must not read the
/// environment.
void run_lambda(const std::function<LambdaHandler()>& init, const LambdaOptions& options,
                const std::stop_token& stop = {});

}  // namespace leftfold::inline v0
