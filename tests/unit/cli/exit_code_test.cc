// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace leftfold::cli {
namespace {

TEST(ExitCode, EveryCodeOfAnErrorHasItsRowInTheTable) {
  const std::vector<std::pair<Errc, int>> table{
      {Errc::invalid_argument, 2},  {Errc::invalid_config, 2}, {Errc::invalid_data, 7},   {Errc::version_conflict, 4},
      {Errc::in_doubt, 5},          {Errc::unavailable, 5},    {Errc::throttled, 5},      {Errc::storage_full, 5},
      {Errc::permission_denied, 5}, {Errc::not_found, 3},      {Errc::corrupt, 7},        {Errc::unsupported, 7},
      {Errc::stopped, 6},           {Errc::fenced, 4},         {Errc::handler_failed, 1}, {Errc::internal, 70}};
  for (const auto& [code, expected] : table) EXPECT_EQ(exit_code_of(Error{code, "x"}), expected) << to_string(code);
}

TEST(ExitCode, WhatIsNoErrorOfOursIsABug) { EXPECT_EQ(exit_code_of(std::runtime_error{"x"}), 70); }

}  // namespace
}  // namespace leftfold::cli
