// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/lambda.h>
#include <leftfold/testing/virtual_clock.h>

#include "support/code_of.h"
#include "unit/lambda/fake_runtime_api.h"

namespace leftfold::test_lambda {
namespace {

using namespace std::chrono_literals;
using test_support::code_of;

LambdaHandler echo() {
  return [](std::string_view payload, const LambdaInvocation&) { return std::string{payload}; };
}

LambdaOptions options_for(const FakeRuntimeApi& api) {
  return LambdaOptions::from({{"AWS_LAMBDA_RUNTIME_API", api.address()}});
}

void run(FakeRuntimeApi& api, const LambdaHandler& handler, LambdaOptions options) {
  run_lambda([&] { return handler; }, options, api.stop());
}
void run(FakeRuntimeApi& api, const LambdaHandler& handler = echo()) { run(api, handler, options_for(api)); }

Errc code_of_run(FakeRuntimeApi& api, std::string* text = nullptr) {
  return code_of([&] { run(api); }, text);
}

class AllLines final : public Logger {
 public:
  [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view component, std::string_view message,
           std::span<const LogField> fields) noexcept override {
    text.append(component).append(" ").append(message);
    for (const LogField& field : fields) text.append(" ").append(field.key).append("=").append(field.value);
    text += '\n';
  }
  std::string text;
};

TEST(RunLambda, AnswersOneInvocationAfterTheOtherOnOneConnection) {
  FakeRuntimeApi api{{invocation("r1", R"({"a":1})"), invocation("r2", "")}};
  std::vector<LambdaInvocation> seen;
  std::vector<std::string> trace_ids;
  run(api, [&](std::string_view payload, const LambdaInvocation& about) {
    seen.push_back(about);
    trace_ids.emplace_back(std::getenv("_X_AMZN_TRACE_ID"));
    return "\"" + std::to_string(payload.size()) + "\"";
  });
  const auto posted = api.posted();
  ASSERT_EQ(posted.size(), 2U);
  EXPECT_EQ(posted[0].target, "invocation/r1/response");
  EXPECT_EQ(posted[0].body, "\"7\"");
  EXPECT_EQ(posted[0].header("content-type"), "application/json");
  EXPECT_EQ(posted[1].target, "invocation/r2/response");
  EXPECT_EQ(posted[1].body, "\"0\"");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].request_id, "r1");
  EXPECT_EQ(seen[0].function_arn, "arn:aws:lambda:eu-central-1:123456789012:function:f");
  EXPECT_EQ(seen[1].trace_id, "Root=1-r2;Sampled=1");
  EXPECT_EQ(trace_ids, (std::vector<std::string>{"Root=1-r1;Sampled=1", "Root=1-r2;Sampled=1"}));
  EXPECT_EQ(api.connections(), 1);
}

TEST(RunLambda, TheDeadlineIsOnTheClockOfTheOptions) {
  leftfold::testing::VirtualClock clock;
  HttpReply next = invocation("r1", "{}");
  next.headers["Lambda-Runtime-Deadline-Ms"] =
      std::to_string((clock.now() + std::chrono::milliseconds{5'250}).time_since_epoch().count());
  FakeRuntimeApi api{{next}};
  LambdaOptions options = options_for(api);
  options.clock = &clock;
  Instant deadline{};
  run(
      api,
      [&](std::string_view, const LambdaInvocation& about) { return deadline = about.deadline, std::string{"{}"}; },
      options);
  EXPECT_EQ(deadline, clock.instant() + 5'250ms);
}

TEST(RunLambda, WhatAHandlerThrowsIsTheInvocationsErrorAndTheLoopGoesOn) {
  FakeRuntimeApi api{{invocation("r1", "{}"), invocation("r2", "{}"), invocation("r3", "{}")}};
  run(api, [&](std::string_view, const LambdaInvocation& about) -> std::string {
    if (about.request_id == "r1") throw Error{Errc::unavailable, "no broker answers"};
    if (about.request_id == "r2") throw 5;
    return "{}";
  });
  const auto posted = api.posted();
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_EQ(posted[0].target, "invocation/r1/error");
  EXPECT_EQ(posted[0].header("lambda-runtime-function-error-type"), "leftfold.unavailable");
  EXPECT_EQ(posted[0].body,
            R"({"errorMessage":"no broker answers","errorType":"leftfold.unavailable","stackTrace":[]})");
  EXPECT_EQ(posted[1].target, "invocation/r2/error");
  EXPECT_EQ(posted[1].header("lambda-runtime-function-error-type"), "Handler.Unknown");
  EXPECT_EQ(posted[2].target, "invocation/r3/response");
}

TEST(RunLambda, EndsWhenTheApiSaysSo) {
  std::string text;
  FakeRuntimeApi forbidden{{HttpReply{.status = 403}}};
  EXPECT_EQ(code_of_run(forbidden, &text), Errc::permission_denied);
  EXPECT_NE(text.find("status 403"), std::string::npos) << text;
  FakeRuntimeApi broken{{HttpReply{.status = 500}}};
  EXPECT_EQ(code_of_run(broken), Errc::unavailable);
  FakeRuntimeApi broken_after{{invocation("r1", "{}"), invocation("r2", "{}")}, {HttpReply{.status = 500}}};
  EXPECT_EQ(code_of_run(broken_after), Errc::unavailable);
  EXPECT_EQ(broken_after.posted().size(), 1U);
  FakeRuntimeApi forbidden_after{{invocation("r1", "{}")}, {HttpReply{.status = 403}}};
  EXPECT_EQ(code_of_run(forbidden_after), Errc::permission_denied);
}

TEST(RunLambda, AResponseThatIsRefusedEndsTheInvocationAsAnError) {
  FakeRuntimeApi api{{invocation("r1", "{}"), invocation("r2", "{}")}, {HttpReply{.status = 413}}};
  run(api);
  const auto posted = api.posted();
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_EQ(posted[1].target, "invocation/r1/error");
  EXPECT_EQ(posted[1].header("lambda-runtime-function-error-type"), "leftfold.invalid_data");
  EXPECT_EQ(posted[2].target, "invocation/r2/response");
}

TEST(RunLambda, AConnectionThatIsCutIsMadeAgain) {
  FakeRuntimeApi api{{HttpReply{.fault = HttpReply::Fault::reset}, invocation("r1", "{}"),
                      HttpReply{.fault = HttpReply::Fault::close},
                      HttpReply{.body = "x", .fault = HttpReply::Fault::half}, invocation("r2", "{}")}};
  run(api);
  const auto posted = api.posted();
  ASSERT_EQ(posted.size(), 2U);
  EXPECT_EQ(posted[1].target, "invocation/r2/response");
}

TEST(RunLambda, EndsWhenTheApiDoesNotAnswer) {
  const HttpReply reset{.fault = HttpReply::Fault::reset};
  FakeRuntimeApi silent{{reset, reset, reset}};
  EXPECT_EQ(code_of_run(silent), Errc::unavailable);
  EXPECT_EQ(silent.asked_for_next(), 3U);
  const LambdaOptions nobody =
      LambdaOptions::from({{"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + std::to_string(test_support::closed_port())}});
  EXPECT_EQ(code_of([&] { run_lambda(echo, nobody); }), Errc::unavailable);
}

TEST(RunLambda, AResponseWhoseAnswerWasLostIsSentAgain) {
  // 400: Lambda had taken the first one.
  FakeRuntimeApi taken{{invocation("r1", "{}"), invocation("r2", "{}")},
                       {HttpReply{.fault = HttpReply::Fault::close}, HttpReply{.status = 400}}};
  run(taken);
  const auto posted = taken.posted();
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_EQ(posted[0].target, "invocation/r1/response");
  EXPECT_EQ(posted[1].target, "invocation/r1/response");
  EXPECT_EQ(posted[2].target, "invocation/r2/response");
}

TEST(RunLambda, WhatInitThrowsIsReportedAndThrownOn) {
  FakeRuntimeApi api{{}};
  std::string text;
  const auto init = []() -> LambdaHandler { throw Error{Errc::invalid_config, "KAFKA_BROKERS=\"\""}; };
  EXPECT_EQ(code_of([&] { run_lambda(init, options_for(api)); }, &text), Errc::invalid_config);
  EXPECT_EQ(text, "KAFKA_BROKERS=\"\"");
  const auto posted = api.posted();
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_EQ(posted[0].target, "init/error");
  EXPECT_EQ(posted[0].header("lambda-runtime-function-error-type"), "leftfold.invalid_config");
  EXPECT_NE(posted[0].body.find(R"("errorMessage":"KAFKA_BROKERS=\"\"")"), std::string::npos) << posted[0].body;
  EXPECT_EQ(api.asked_for_next(), 0U);
}

TEST(RunLambda, AnEmptyHandlerIsAnErrorOfInit) {
  FakeRuntimeApi api{{}};
  EXPECT_EQ(code_of([&] { run_lambda([] { return LambdaHandler{}; }, options_for(api)); }), Errc::invalid_argument);
  EXPECT_EQ(api.posted().size(), 1U);
}

TEST(RunLambda, InitsErrorCountsWhenItCannotBeReported) {
  FakeRuntimeApi api{{}, {HttpReply{.status = 500}}};
  const auto init = []() -> LambdaHandler { throw Error{Errc::invalid_config, "bad"}; };
  EXPECT_EQ(code_of([&] { run_lambda(init, options_for(api)); }), Errc::invalid_config);
}

TEST(RunLambda, AnInvocationWithoutIdOrDeadlineIsNone) {
  for (const char* header : {"Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Deadline-Ms"}) {
    HttpReply next = invocation("r1", "{}");
    next.headers.erase(header);
    FakeRuntimeApi api{{next}};
    std::string text;
    EXPECT_EQ(code_of_run(api, &text), Errc::invalid_data);
    EXPECT_NE(text.find(header), std::string::npos) << text;
  }
  for (const char* deadline : {"soon", "-1", "99999999999999999999", "5 "}) {
    HttpReply next = invocation("r1", "{}");
    next.headers["Lambda-Runtime-Deadline-Ms"] = deadline;
    FakeRuntimeApi api{{next}};
    if (std::string_view{deadline} == "5 ") run(api);  // HTTP takes the space away
    else EXPECT_EQ(code_of_run(api), Errc::invalid_data) << deadline;
  }
}

TEST(RunLambda, AStopEndsTheWaitForTheNextInvocation) {
  FakeRuntimeApi api{{HttpReply{.fault = HttpReply::Fault::stall}}};
  std::jthread running{[&] { run(api); }};
  api.wait_for_requests(1);
  api.request_stop();
  running.join();
  EXPECT_EQ(api.asked_for_next(), 1U);
}

TEST(RunLambda, PayloadsAndResponsesAreNotLogged) {
  FakeRuntimeApi api{{invocation("r1", R"({"card":"4111"})"), invocation("r2", R"({"card":"4111"})")},
                     {HttpReply{.status = 413}}};
  AllLines lines;
  LambdaOptions options = options_for(api);
  options.log = &lines;
  run(
      api,
      [](std::string_view, const LambdaInvocation& about) -> std::string {
        if (about.request_id == "r2") throw Error{Errc::invalid_data, "it does not decode"};
        return R"({"pin":"0815"})";
      },
      options);
  EXPECT_NE(lines.text.find("status=413"), std::string::npos) << lines.text;
  EXPECT_NE(lines.text.find("it does not decode"), std::string::npos) << lines.text;
  EXPECT_EQ(lines.text.find("4111"), std::string::npos) << lines.text;
  EXPECT_EQ(lines.text.find("0815"), std::string::npos) << lines.text;
}

TEST(RunLambda, OutsideOfLambdaItSaysSo) {
  std::string text;
  EXPECT_EQ(code_of([] { (void)LambdaOptions::from({}); }, &text), Errc::invalid_config);
  EXPECT_NE(text.find("AWS_LAMBDA_RUNTIME_API"), std::string::npos);
  EXPECT_EQ(code_of([] { (void)LambdaOptions::from({{"AWS_LAMBDA_RUNTIME_API", ""}}); }), Errc::invalid_config);
}

}  // namespace
}  // namespace leftfold::test_lambda
