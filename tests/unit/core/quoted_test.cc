#include "core/quoted.h"

#include <gtest/gtest.h>

namespace leftfold::detail {
namespace {

TEST(Quoted, ShowsAPlainNameAsItIs) { EXPECT_EQ(quoted("cart-42"), "\"cart-42\""); }

TEST(Quoted, EscapesWhatWouldSpoilALine) {
  EXPECT_EQ(quoted(std::string_view{"a\0b\n\x7F\"\\", 7}), R"("a\x00b\x0A\x7F\"\\")");
  EXPECT_EQ(quoted("bad\xFF"), R"("bad\xFF")");
  EXPECT_EQ(quoted("k\xC3\xA4se"), "\"k\xC3\xA4se\"");
}

TEST(Quoted, CutsLongNamesBetweenCharacters) {
  EXPECT_EQ(quoted(std::string(100, 'x')), "\"" + std::string(80, 'x') + "...\"");
  EXPECT_EQ(quoted(std::string(79, 'x') + "\xC3\xA4" + "yyy"), "\"" + std::string(79, 'x') + "...\"");
}

}  // namespace
}  // namespace leftfold::detail
