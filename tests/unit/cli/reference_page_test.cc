// SPDX-License-Identifier: Apache-2.0
// docs/reference/cli.md says what can be typed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <leftfold/error.h>

#include "app/verbs.h"
#include "cli/verbs.h"
#include "support/source_dir.h"

namespace leftfold::cli {
namespace {

std::string page() {
  const auto path = leftfold::test_support::source_dir() / "docs/reference/cli.md";
  std::ifstream file{path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(ReferencePage, HasEveryVerbAndEveryFlag) {
  const std::string text = page();
  const auto has_flag = [&](const Flag& flag) {
    return text.find("`" + std::string{flag.name} + "`") != std::string::npos ||
           text.find("`" + std::string{flag.name} + " " + std::string{flag.value} + "`") != std::string::npos ||
           text.find("`" + std::string{flag.letter} + " " + std::string{flag.value} + "`") != std::string::npos;
  };
  for (const Flag& flag : global_flags()) EXPECT_TRUE(has_flag(flag)) << flag.name;
  for (const Verb& verb : verbs()) {
    EXPECT_NE(text.find("| `" + std::string{verb.name}), std::string::npos) << verb.name;
    for (const Flag& flag : verb.flags) EXPECT_TRUE(has_flag(flag)) << verb.name << " " << flag.name;
  }
}

TEST(Verbs, EachHasACommandAndOperandsThatFit) {
  for (const Verb& verb : verbs()) {
    if (verb.name != "help") {
      EXPECT_NE(verb.command, nullptr) << verb.name;
    }
    EXPECT_LE(verb.least_operands, verb.most_operands) << verb.name;
    EXPECT_EQ(verb.operands.empty(), verb.most_operands == 0) << verb.name;
  }
  EXPECT_EQ(find_verb("dlq"), nullptr);
}

TEST(Verbs, AProgramsOwnCommandCannotTakeTheirNames) {
  for (const Verb& verb : verbs()) {
    const std::string_view word = verb.name.substr(0, verb.name.find(' '));
    if (word == "init" || word == "new") continue;  // lfold's alone: lfold_only.h
    EXPECT_NE(std::find(app::kVerbs.begin(), app::kVerbs.end(), word), app::kVerbs.end()) << verb.name;
  }
}

}  // namespace
}  // namespace leftfold::cli
