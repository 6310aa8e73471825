// SPDX-License-Identifier: Apache-2.0
#include "core/in_quotes.h"

#include <gtest/gtest.h>

namespace leftfold::detail {
namespace {

TEST(InQuotes, ShowsAPlainNameAsItIs) { EXPECT_EQ(in_quotes("cart-42"), "\"cart-42\""); }

TEST(InQuotes, EscapesWhatWouldSpoilALine) {
  EXPECT_EQ(in_quotes(std::string_view{"a\0b\n\x7F\"\\", 7}), R"("a\x00b\x0A\x7F\"\\")");
  EXPECT_EQ(in_quotes("bad\xFF"), R"("bad\xFF")");
  EXPECT_EQ(in_quotes("k\xC3\xA4se"), "\"k\xC3\xA4se\"");
}

TEST(InQuotes, CutsLongNamesBetweenCharacters) {
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(80, 'x') + "...\"");
  EXPECT_EQ(in_quotes(std::string(79, 'x') + "\xC3\xA4" + "yyy"), "\"" + std::string(79, 'x') + "...\"");
}

}  // namespace
}  // namespace leftfold::detail
