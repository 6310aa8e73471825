// SPDX-License-Identifier: Apache-2.0
#include "lambda/failure_report.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <leftfold/error.h>

namespace leftfold::test_lambda {
namespace {

template <class Exception>
lambda::FailureReport report_of(const Exception& exception) {
  try {
    throw exception;
  } catch (...) {
    return lambda::report_current_exception();
  }
}

TEST(FailureReport, OfAnErrorHasItsCode) {
  const auto report = report_of(Error{Errc::unavailable, "no broker answers"});
  EXPECT_EQ(report.type, "leftfold.unavailable");
  EXPECT_EQ(report.body, R"({"errorMessage":"no broker answers","errorType":"leftfold.unavailable","stackTrace":[]})");
}

TEST(FailureReport, OfAnyOtherException) {
  EXPECT_EQ(report_of(std::runtime_error{"say \"hello\"\n"}).body,
            R"({"errorMessage":"say \"hello\"\n","errorType":"Handler.Exception","stackTrace":[]})");
  EXPECT_EQ(report_of(5).type, "Handler.Unknown");
}

TEST(FailureReport, TextThatIsNotUtf8IsShown) {
  EXPECT_EQ(report_of(std::runtime_error{"a\xff\x80z"}).body,
            R"({"errorMessage":"a\\xff\\x80z","errorType":"Handler.Exception","stackTrace":[]})");
}

TEST(FailureReport, ALongMessageIsCutBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 20'000) text += "ä";  // each character of two bytes begins at an odd place, the limit is even
  const std::string body = report_of(std::runtime_error{text}).body;
  EXPECT_LT(body.size(), 9'000U);
  EXPECT_NE(body.find("ä...\""), std::string::npos);
}

}  // namespace
}  // namespace leftfold::test_lambda
