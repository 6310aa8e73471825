// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/lambda.h>

#include "lambda/failure_report.h"
#include "lambda/runtime_api.h"

namespace leftfold::inline v0 {
namespace {

using lambda::FailureReport;
using lambda::ReceivedInvocation;
using lambda::report_current_exception;
using lambda::RuntimeApi;

constexpr const char* kRuntimeApi = "AWS_LAMBDA_RUNTIME_API";
constexpr const char* kTraceId = "_X_AMZN_TRACE_ID";

LambdaHandler initialised(const std::function<LambdaHandler()>& init, RuntimeApi& api) {
  try {
    LambdaHandler handler = init();
    if (!handler) throw Error{Errc::invalid_argument, "run_lambda: init returned an empty handler"};
    return handler;
  } catch (...) {
    const FailureReport report = report_current_exception();
    try {
      api.fail_init(report);
    } catch (const Error&) {
      // What failed first is what counts; the process ends in either case.
    }
    throw;
  }
}

void answer(const LambdaHandler& handler, const ReceivedInvocation& invocation, RuntimeApi& api, Logger& log) {
  const std::string& id = invocation.about.request_id;
  std::string response;
  try {
    response = handler(invocation.payload, invocation.about);
  } catch (...) {
    const FailureReport report = report_current_exception();
    log.log(LogLevel::error, "lambda", "an invocation failed", {{"request", id}, {"error", report.body}});
    api.fail(id, report);
    return;
  }
  if (api.respond(id, std::move(response)) == RuntimeApi::Answered::taken) return;
  try {
    throw Error{Errc::invalid_data, "Lambda's runtime API refused the response; it may be over 6 MB"};
  } catch (...) {
    api.fail(id, report_current_exception());
  }
}

}  // namespace

LambdaOptions LambdaOptions::from(const std::map<std::string, std::string>& environment) {
  LambdaOptions options;
  const auto found = environment.find(kRuntimeApi);
  if (found == environment.end() || found->second.empty()) {
    throw Error{Errc::invalid_config,
                "AWS_LAMBDA_RUNTIME_API is not set; this program is started by AWS Lambda, or by "
                "its Runtime Interface Emulator"};
  }
  options.runtime_api = found->second;
  return options;
}

LambdaOptions LambdaOptions::from_environment() {
  const char* const api = std::getenv(kRuntimeApi);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return from({{kRuntimeApi, api == nullptr ? "" : api}});
}

void run_lambda(const std::function<LambdaHandler()>& init, const LambdaOptions& options, const std::stop_token& stop) {
  // glibc moves the environment only when a variable is added; changing one later is safe beside threads that read.
  setenv(kTraceId, "", 0);  // NOLINT(concurrency-mt-unsafe): see the header
  RuntimeApi api{options};
  const LambdaHandler handler = initialised(init, api);
  while (!stop.stop_requested()) {
    try {
      const ReceivedInvocation invocation = api.next(stop);
      setenv(kTraceId, invocation.about.trace_id.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): see above
      answer(handler, invocation, api, *options.log);
    } catch (const Error& error) {
      if (error.code() != Errc::stopped || !stop.stop_requested()) throw;
    }
  }
}

}  // namespace leftfold::inline v0
