// SPDX-License-Identifier: Apache-2.0
#include "lambda/batch_response.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leftfold::test_lambda {
namespace {

std::string response_of(const std::vector<std::string>& sequences) {
  std::vector<Change> changes;
  for (const std::string& sequence : sequences) changes.push_back(Change{sequence, 0, 0, {}});
  return lambda::batch_response(changes);
}

TEST(BatchResponse, AllDoneIsAnEmptyList) { EXPECT_EQ(response_of({}), R"({"batchItemFailures":[]})"); }

TEST(BatchResponse, NamesTheLowestThatIsNotDone) {
  EXPECT_EQ(response_of({"300", "400"}), R"({"batchItemFailures":[{"itemIdentifier":"300"}]})");
  EXPECT_EQ(response_of({"1000", "999", "2000"}), R"({"batchItemFailures":[{"itemIdentifier":"999"}]})");
}

TEST(BatchResponse, SequenceNumbersAreNumbersOfAnyLength) {
  EXPECT_TRUE(lambda::comes_before("9", "10"));
  EXPECT_TRUE(lambda::comes_before("0009", "10"));
  EXPECT_FALSE(lambda::comes_before("10", "010"));
  EXPECT_FALSE(lambda::comes_before("010", "10"));
  EXPECT_TRUE(
      lambda::comes_before("9999999999999999999999999999999999999999", "10000000000000000000000000000000000000000"));
  EXPECT_TRUE(lambda::comes_before("4421584500000000017450439091", "4421584500000000017450439092"));
  EXPECT_FALSE(lambda::comes_before("4421584500000000017450439092", "4421584500000000017450439091"));
}

}  // namespace
}  // namespace leftfold::test_lambda
