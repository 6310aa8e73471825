// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "cli/command_line.h"

namespace leftfold::cli {
namespace {

constexpr std::array<Flag, 4> kKnown{{
    {"--store", "-s", "STORE", "", false, "store"},
    {"--type", "", "TYPE", "", true, ""},
    {"--quiet", "-q", "", "", false, ""},
    {"--verbose", "-v", "", "", false, ""},
}};

using Words = std::vector<std::string>;

Flags read(const Words& words, bool stop_at_word = false) { return read_flags(words, kKnown, stop_at_word); }

std::string failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(Flags, ValuesSwitchesAndWordsInAnyOrder) {
  const Flags flags = read({"a", "--store", "x", "-qvv", "b", "--type=A,B", "--type", "C"});
  EXPECT_EQ(flags.value("--store"), "x");
  EXPECT_EQ(flags.count("--quiet"), 1U);
  EXPECT_EQ(flags.count("--verbose"), 2U);
  EXPECT_EQ(flags.list("--type"), (Words{"A", "B", "C"}));
  EXPECT_EQ(flags.rest, (Words{"a", "b"}));
  EXPECT_EQ(flags.value("--nothing", "otherwise"), "otherwise");
}

TEST(Flags, AValueMayLookLikeAFlag) {
  EXPECT_EQ(read({"--store", "-x"}).value("--store"), "-x");
  EXPECT_EQ(read({"-s", "--quiet"}).value("--store"), "--quiet");
}

TEST(Flags, AfterTwoDashesEverythingIsAWord) {
  EXPECT_EQ(read({"-q", "--", "--store", "-"}).rest, (Words{"--store", "-"}));
  EXPECT_EQ(read({"-"}).rest, Words{"-"});
}

TEST(Flags, StopsAtTheFirstWordAndLeavesTheRestAlone) {
  const Flags flags = read({"-q", "run", "--unknown", "--store", "x", "--", "-v"}, true);
  EXPECT_EQ(flags.count("--quiet"), 1U);
  EXPECT_EQ(flags.count("--store"), 0U);
  EXPECT_EQ(flags.rest, (Words{"run", "--unknown", "--store", "x", "--", "-v"}));
}

TEST(Flags, ErrorsNameTheFlag) {
  EXPECT_EQ(failure([] { (void)read({"--stroe", "x"}); }), "unknown flag \"--stroe\"; did you mean \"--store\"?");
  EXPECT_EQ(failure([] { (void)read({"--zzz=1"}); }), "unknown flag \"--zzz\"");
  EXPECT_EQ(failure([] { (void)read({"-x"}); }), "unknown flag \"-x\"");
  EXPECT_EQ(failure([] { (void)read({"--store"}); }), "--store needs a value: --store STORE");
  EXPECT_EQ(failure([] { (void)read({"--store=", "x"}); }), "--store needs a value: --store=STORE");
  EXPECT_EQ(failure([] { (void)read({"--store", "a", "--store", "b"}); }), "--store is given twice");
  EXPECT_EQ(failure([] { (void)read({"--quiet=yes"}); }), "--quiet takes no value");
  EXPECT_EQ(failure([] { (void)read({"--type", ","}).list("--type"); }), "--type needs a value");
}

CommandLine line(const Words& words, std::span<const CommandInfo> own = {}) { return read_command_line(words, own); }

TEST(CommandLine, FlagsMayStandBeforeAndAfterTheVerb) {
  const CommandLine read_line = line({"--store", "memory:", "-q", "events", "read", "--limit", "3", "cart-1", "-v"});
  EXPECT_EQ(read_line.verb, "events read");
  EXPECT_EQ(read_line.flags.value("--store"), "memory:");
  EXPECT_EQ(read_line.flags.value("--limit"), "3");
  EXPECT_EQ(read_line.flags.count("--verbose"), 1U);
  EXPECT_EQ(read_line.flags.rest, Words{"cart-1"});
  EXPECT_EQ(failure([] { (void)line({"--store", "a", "tail", "--store", "b"}); }), "--store is given twice");
}

TEST(CommandLine, AStreamMayHaveAnyName) {
  EXPECT_EQ(line({"events", "read", "--", "--odd"}).flags.rest, Words{"--odd"});
}

TEST(CommandLine, OwnCommandsGetTheirArgumentsAsTheyAre) {
  const std::vector<CommandInfo> own{{"seed", "", {}}};
  const CommandLine read_line =
      line({"-v", "seed", "a", "--json", "--store=x", "--log-level", "warn", "--", "--store"}, own);
  EXPECT_EQ(read_line.own, own.data());
  EXPECT_EQ(read_line.arguments, (Words{"a", "--json", "--store"}));
  EXPECT_EQ(read_line.flags.value("--store"), "x");
  EXPECT_EQ(read_line.flags.value("--log-level"), "warn");
  EXPECT_TRUE(line({"seed", "--help"}, own).help);
  EXPECT_FALSE(line({"seed", "--", "--help"}, own).help);
  EXPECT_EQ(failure([&] { (void)line({"seed", "--store", "a", "--store", "b"}, own); }), "--store is given twice");
}

TEST(CommandLine, NothingIsNoVerb) {
  EXPECT_EQ(line({}).verb, "");
  EXPECT_EQ(line({"-q"}).verb, "");
  EXPECT_TRUE(line({"-h"}).help);
}

}  // namespace
}  // namespace leftfold::cli
