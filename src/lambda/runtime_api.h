// SPDX-License-Identifier: Apache-2.0
// Lambda's runtime API, version 2018-06-01, as its documentation describes it.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <stop_token>
#include <string>

#include <leftfold/lambda.h>

#include "http/client.h"
#include "lambda/failure_report.h"

namespace leftfold::inline v0::lambda {

struct ReceivedInvocation {
  LambdaInvocation about;
  std::string payload;
};

/// One thread at a time. `options` (its clock and log) must outlive it. All functions throw Error(permission_denied)
/// for status 403 and unavailable for 500 and for any other that is not documented, or when no answer comes: the
/// process has to end then.
class RuntimeApi {
 public:
  explicit RuntimeApi(const LambdaOptions& options);

  /// Waits for the next invocation, without a limit: the process may be frozen in it. Throws also Error(stopped), and
  /// invalid_data for an invocation without an id or deadline.
  [[nodiscard]] ReceivedInvocation next(const std::stop_token& stop);

  enum class Answered { taken, refused };
  /// Answers an invocation. Refused, with a line in the log: the response is too large or not accepted (400, 413); the
  /// invocation has to be ended by fail().
  [[nodiscard]] Answered respond(const std::string& request_id, std::string response);
  void fail(const std::string& request_id, const FailureReport& report);
  void fail_init(const FailureReport& report);

 private:
  [[nodiscard]] http::Response post(const std::string& path, std::string body, std::string error_type = {});
  [[nodiscard]] http::Response send(const http::Request& request, const std::stop_token& stop);

  const LambdaOptions& options_;
  std::string base_;
  http::Client client_;
  bool doubtful_ = false;  // an earlier attempt of the request may have arrived
};

}  // namespace leftfold::inline v0::lambda
