// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include <leftfold/version.h>

namespace leftfold {
namespace {

TEST(Version, IsTheProjectsAndItsNumbersSayTheSame) {
  EXPECT_EQ(kVersion, LEFTFOLD_PROJECT_VERSION);
  EXPECT_EQ(kVersion,
            std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." + std::to_string(kVersionPatch));
}

}  // namespace
}  // namespace leftfold
