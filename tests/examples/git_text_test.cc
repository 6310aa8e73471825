// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "git_history/paths.h"
#include "git_history/text.h"

namespace git_history {
namespace {

TEST(GitText, ordinary_names_stay_as_they_are) {
  EXPECT_EQ(escaped("src/größe 漢字 🙂 'x' \"y\" $(z).txt"), "src/größe 漢字 🙂 'x' \"y\" $(z).txt");
}

TEST(GitText, control_characters_and_percent_signs_are_escaped) {
  EXPECT_EQ(escaped("a\nb\tc\x7f"), "a%0Ab%09c%7F");
  EXPECT_EQ(escaped("100%"), "100%25");
}

TEST(GitText, bytes_that_are_not_utf8_are_escaped_one_by_one) {
  EXPECT_EQ(escaped("a\xff\xfe"), "a%FF%FE");
  EXPECT_EQ(escaped("\xc3"), "%C3");                       // cut short
  EXPECT_EQ(escaped("\xc0\xaf"), "%C0%AF");                // longer than needed
  EXPECT_EQ(escaped("\xed\xa0\x80"), "%ED%A0%80");         // a surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "%F4%90%80%80");  // beyond the last character
}

TEST(GitText, different_names_stay_different) { EXPECT_NE(escaped("a%0A"), escaped("a\n")); }

TEST(GitText, long_names_give_ids_and_keys_a_store_takes) {
  const std::string commit(64, 'c');
  const std::string path = std::string(1020, 'p') + "ü" + std::string(3000, 'q');
  const std::string other = path + "r";
  EXPECT_LE(file_id(path, commit).size(), leftfold::kMaxAggregateIdBytes);
  EXPECT_NE(file_id(path, commit), file_id(other, commit));
  EXPECT_LE(change_key(commit, path).size(), leftfold::kMaxIdempotencyKeyBytes);
  EXPECT_NE(change_key(commit, path), change_key(commit, other));
  EXPECT_EQ(escaped(shortened(std::string(30, 'p') + "üüüüüüüüüüüüüüüüüüüüüüüü", 70)),
            shortened(std::string(30, 'p') + "üüüüüüüüüüüüüüüüüüüüüüüü", 70));  // not cut inside a character
}

}  // namespace
}  // namespace git_history
