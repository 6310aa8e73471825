// SPDX-License-Identifier: Apache-2.0
#include "lambda/runtime_api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"

namespace leftfold::inline v0::lambda {
namespace {

using std::chrono::milliseconds;

constexpr std::array kWaitsBetweenAttempts{milliseconds{10}, milliseconds{100}};
constexpr int kAccepted = 202;

http::ClientOptions client_options() {
  http::ClientOptions options;
  // The API is on this machine and each answer means something, so none is too large for us: Lambda's limits are lower.
  options.max_response_bytes = std::size_t{256} * 1024 * 1024;
  return options;
}

std::string header_of(const http::Response& response, std::string_view name) {
  return std::string{response.header(name).value_or("")};
}

std::string described(const http::Request& request) { return "Lambda's runtime API, " + redacted(request); }

[[noreturn]] void throw_status(const http::Request& request, int status) {
  throw Error{status == 403 ? Errc::permission_denied : Errc::unavailable,
              described(request) + ": status " + std::to_string(status) +
                  "; this process has to end, and Lambda starts another"};
}

/// A response may say what is wrong with what was sent, and the next request can still work.
bool is_refusal(int status) { return status == 400 || status == 413; }

/// Lambda's deadline, in milliseconds since 1970, on the monotonic clock.
Instant deadline_of(const http::Request& request, const http::Response& response, const Clock& clock) {
  const std::string text = header_of(response, "Lambda-Runtime-Deadline-Ms");
  std::int64_t since_epoch = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), since_epoch);
  constexpr std::int64_t kYear9999 = 253'402'300'799'000;
  if (error != std::errc{} || rest != text.data() + text.size() || since_epoch < 0 || since_epoch > kYear9999) {
    throw Error{Errc::invalid_data,
                described(request) + ": Lambda-Runtime-Deadline-Ms is \"" + text.substr(0, 40) + "\", no time"};
  }
  // Far deadlines of tests and emulators would overflow nanoseconds.
  constexpr milliseconds kFarthest = std::chrono::hours{24 * 365};
  const milliseconds left = Timestamp{milliseconds{since_epoch}} - clock.now();
  return clock.instant() + std::clamp(left, -kFarthest, kFarthest);
}

}  // namespace

RuntimeApi::RuntimeApi(const LambdaOptions& options)
    : options_{options}, base_{"http://" + options.runtime_api + "/2018-06-01/runtime/"}, client_{client_options()} {}

http::Response RuntimeApi::send(const http::Request& request, const std::stop_token& stop) {
  doubtful_ = false;
  for (std::size_t attempt = 0;; ++attempt) {
    try {
      return client_.send(request, stop);
    } catch (const Error& error) {
      const bool no_answer = error.code() == Errc::unavailable || error.code() == Errc::in_doubt;
      if (stop.stop_requested()) throw Error{Errc::stopped, described(request) + ": a stop was requested"};
      if (!no_answer) throw;
      if (attempt == kWaitsBetweenAttempts.size()) {
        throw Error{Errc::unavailable, std::string{error.what()} + "; Lambda's runtime API does not answer, so this " +
                                           "process has to end"};
      }
      doubtful_ = doubtful_ || error.code() == Errc::in_doubt;
      options_.log->log(LogLevel::warn, "lambda", "the runtime API gave no answer; asking again",
                        {{"error", error.what()}});
    }
    base::sleep_for(*options_.clock, kWaitsBetweenAttempts[attempt]);
  }
}

ReceivedInvocation RuntimeApi::next(const std::stop_token& stop) {
  const http::Request request{.method = "GET", .url = base_ + "invocation/next", .timeout = http::kNoTimeout};
  http::Response response = send(request, stop);
  if (response.status != 200) throw_status(request, response.status);
  ReceivedInvocation received;
  received.about.request_id = header_of(response, "Lambda-Runtime-Aws-Request-Id");
  if (received.about.request_id.empty()) {
    throw Error{
        Errc::invalid_data,
        described(request) + ": the answer has no Lambda-Runtime-Aws-Request-Id; no answer " + "can be given to it"};
  }
  received.about.deadline = deadline_of(request, response, *options_.clock);
  received.about.function_arn = header_of(response, "Lambda-Runtime-Invoked-Function-Arn");
  received.about.trace_id = header_of(response, "Lambda-Runtime-Trace-Id");
  received.payload = std::move(response.body);
  return received;
}

http::Response RuntimeApi::post(const std::string& path, std::string body, std::string error_type) {
  http::Request request{.method = "POST",
                        .url = base_ + path,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = std::move(body)};
  if (!error_type.empty()) {
    request.headers.push_back({"Lambda-Runtime-Function-Error-Type", std::move(error_type)});
  }
  http::Response response = send(request, {});
  if (response.status == kAccepted) return response;
  // Lambda takes one answer an invocation, so a second one is refused when the first has come after all.
  if (doubtful_ && (response.status == 400 || response.status == 403)) {
    response.status = kAccepted;
    return response;
  }
  if (!is_refusal(response.status)) throw_status(request, response.status);
  options_.log->log(
      LogLevel::error, "lambda", "the runtime API refused an answer",
      {{"path", path}, {"status", std::to_string(response.status)}, {"bytes", std::to_string(request.body.size())}});
  return response;
}

RuntimeApi::Answered RuntimeApi::respond(const std::string& request_id, std::string response) {
  const http::Response answer = post("invocation/" + request_id + "/response", std::move(response));
  return answer.status == kAccepted ? Answered::taken : Answered::refused;
}

void RuntimeApi::fail(const std::string& request_id, const FailureReport& report) {
  (void)post("invocation/" + request_id + "/error", report.body, report.type);
}

void RuntimeApi::fail_init(const FailureReport& report) { (void)post("init/error", report.body, report.type); }

}  // namespace leftfold::inline v0::lambda
