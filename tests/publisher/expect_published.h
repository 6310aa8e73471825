// SPDX-License-Identifier: Apache-2.0
// What every test of a publisher expects at its end.
#pragma once

#include <gtest/gtest.h>

#include "publisher/published_table.h"

namespace leftfold::test_publisher {

/// Everything is published, and in order.
inline void expect_published(const PublishedTable& world, const Compared& compared) {
  EXPECT_EQ(compared.wrong, "") << world.log();
  EXPECT_EQ(compared.published, compared.stored) << world.log();
}

}  // namespace leftfold::test_publisher
