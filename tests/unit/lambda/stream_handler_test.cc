// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <leftfold/error.h>
#include <leftfold/lambda_stream.h>
#include <leftfold/testing/virtual_clock.h>

#include "support/code_of.h"

namespace leftfold::test_lambda {
namespace {

using namespace std::chrono_literals;

ChangePage three_changes(std::string_view) {
  ChangePage page;
  for (const char* sequence : {"100", "200", "300"}) page.changes.push_back(Change{sequence, 0, 0, {}});
  return page;
}

class LambdaStreamHandler : public ::testing::Test {
 protected:
  std::string answer(ReadChanges read, PublishChanges publish, Instant::duration left = 60s) {
    const LambdaHandler handler = lambda_stream_handler(std::move(read), std::move(publish), clock_);
    return handler("payload", {"r1", clock_.instant() + left, {}, {}});
  }
  Instant end_of_publishing(Instant::duration left) {
    Instant end{};
    (void)answer(
        three_changes, [&](const ChangePage&, Instant deadline) { return end = deadline, std::size_t{3}; }, left);
    return end;
  }

  leftfold::testing::VirtualClock clock_;
};

TEST_F(LambdaStreamHandler, NamesTheFirstChangeThatIsNotDone) {
  const auto publishing = [](std::size_t done) { return [done](const ChangePage&, Instant) { return done; }; };
  EXPECT_EQ(answer(three_changes, publishing(3)), R"({"batchItemFailures":[]})");
  EXPECT_EQ(answer(three_changes, publishing(0)), R"({"batchItemFailures":[{"itemIdentifier":"100"}]})");
  EXPECT_EQ(answer(three_changes, publishing(2)), R"({"batchItemFailures":[{"itemIdentifier":"300"}]})");
}

TEST_F(LambdaStreamHandler, HandsThePayloadOnAndWhatWasRead) {
  std::string read, published;
  (void)answer(
      [&](std::string_view payload) {
        read = payload;
        return three_changes(payload);
      },
      [&](const ChangePage& page, Instant) {
        for (const Change& change : page.changes) published += change.sequence + " ";
        return page.changes.size();
      });
  EXPECT_EQ(read, "payload");
  EXPECT_EQ(published, "100 200 300 ");
}

TEST_F(LambdaStreamHandler, AnEmptyBatchIsNotPublished) {
  int calls = 0;
  EXPECT_EQ(
      answer([](std::string_view) { return ChangePage{}; }, [&](const ChangePage&, Instant) { return ++calls, 0U; }),
      R"({"batchItemFailures":[]})");
  EXPECT_EQ(calls, 0);
}

TEST_F(LambdaStreamHandler, KeepsTimeToAnswer) {
  EXPECT_EQ(end_of_publishing(60s), clock_.instant() + 54s) << "a tenth";
  EXPECT_EQ(end_of_publishing(10s), clock_.instant() + 8s) << "two seconds";
  EXPECT_EQ(end_of_publishing(1s), clock_.instant());
  EXPECT_EQ(end_of_publishing(-5s), clock_.instant());
}

TEST_F(LambdaStreamHandler, WhatIsThrownFailsTheBatch) {
  const auto refuse = [](auto&&...) -> std::size_t { throw Error{Errc::unavailable, "no broker"}; };
  EXPECT_EQ(test_support::code_of([&] { (void)answer(three_changes, refuse); }), Errc::unavailable);
  const ReadChanges unreadable = [](std::string_view) -> ChangePage { throw Error{Errc::invalid_data, "no JSON"}; };
  EXPECT_EQ(test_support::code_of([&] { (void)answer(unreadable, refuse); }), Errc::invalid_data);
  const auto too_many = [](const ChangePage&, Instant) { return std::size_t{4}; };
  EXPECT_EQ(test_support::code_of([&] { (void)answer(three_changes, too_many); }), Errc::internal);
}

}  // namespace
}  // namespace leftfold::test_lambda
