// SPDX-License-Identifier: Apache-2.0
// Letters as JSON lines: nothing is lost, errors name line and field, the format page says what the code does.
#include "resilience/letter_lines.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <leftfold/memory_control_store.h>
#include <leftfold/memory_dead_letter_store.h>

#include "resilience/letter_transfer.h"
#include "support/source_dir.h"
#include "testing/dead_letter_cases.h"

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;
using testing::expect_error;
using testing::expect_same_letter;
using testing::failed_letter;
using testing::follower_letter;
using testing::kMail;

const ChangedBy kAnn{"ann", "a move"};

std::string line_of(const DeadLetter& letter) {
  std::string line;
  append_letter_line(line, kMail, letter);
  return line;
}

/// The two letters of docs/format/dead-letters.md.
std::vector<DeadLetter> page_letters() {
  DeadLetter failed;
  failed.sequence = "cart-42";
  failed.event.id = *Uuid::parse("018f3406-9000-7000-8000-000000000002");
  failed.event.aggregate_id = "cart-42";
  failed.event.version = Version{1};
  failed.event.type = "CartItemAdded";
  failed.event.payload = R"({"product_id":"apple","quantity":1})";
  failed.event.metadata = R"({"user":"ann"})";
  failed.event.committed_at = Timestamp{1714564800000ms};
  failed.event.position = Position{17};
  failed.event.commit_id = *Uuid::parse("018f3406-9000-7000-8000-000000000001");
  failed.event.commit_pos = 1;
  failed.event.commit_size = 2;
  failed.error_type = "shop::NoSuchProduct";
  failed.error_message = "no product apple";
  failed.attempts = 1;
  failed.redrives = 2;
  failed.first_failed_at = Timestamp{1714564805000ms};
  failed.parked_at = Timestamp{1714564805120ms};
  failed.node = "shop-1:4711";
  DeadLetter undecodable = failed;
  undecodable.sequence = "GlobalEvents/3/98";
  undecodable.reason = ParkReason::undecodable;
  undecodable.event = EventCopy{};
  undecodable.event.id = undecodable.event.commit_id = *Uuid::parse("fed9e5b5-f114-8de3-a027-35483fc4063e");
  undecodable.event.aggregate_id = undecodable.sequence;
  undecodable.event.type = kUnreadable;
  undecodable.event.metadata = R"({"unreadable":"GlobalEvents/3/98: it is garbage"})";
  undecodable.event.payload = "\xff\xfe{";
  undecodable.event.partition = 3;
  undecodable.event.position = Position{99};
  undecodable.error_type = "leftfold::Error";
  undecodable.error_message = "GlobalEvents/3/98: it is garbage";
  return {failed, undecodable};
}

TEST(LetterLines, AWrittenLetterIsReadAsItWas) {
  std::vector<DeadLetter> letters = page_letters();
  letters.push_back(failed_letter("a", 5));
  letters.push_back(follower_letter("a", 6));
  letters.push_back(testing::unversioned_letter("k", 1, 2));
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  DeadLetter binary = failed_letter(all_bytes, 1);
  binary.event.payload = all_bytes + std::string(1'000'000, '\xfe');
  binary.event.metadata = std::string("a\0b", 3);
  binary.event.type = all_bytes;
  binary.error_type = all_bytes;
  binary.error_message = "cut in a character \xc3";
  binary.node = all_bytes;
  letters.push_back(binary);
  for (const ParkReason reason : {ParkReason::overflow, ParkReason::follower}) {
    for (const FailureClass failure : {FailureClass::duplicate, FailureClass::unavailable, FailureClass::fatal}) {
      letters.push_back(failed_letter("b", 1));
      letters.back().reason = reason;
      letters.back().failure = failure;
    }
  }
  for (DeadLetter& letter : letters) {
    letter.parked_at = Timestamp{1714564805123ms};
    const std::string line = line_of(letter);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const LetterLine read = read_letter_line(line, 1);
    EXPECT_EQ(read.subscription, kMail);
    expect_same_letter(read.letter, letter);
    EXPECT_EQ(read.letter.parked_at, letter.parked_at);
  }
}

std::string without(std::string line, const std::string& member) {
  const std::size_t from = line.find("\"" + member + "\":");
  EXPECT_NE(from, line.npos) << member;
  return line.replace(from, member.size() + 2, "\"unknown\"");
}

TEST(LetterLines, EveryMemberIsNeeded) {
  const std::string line = line_of(failed_letter("a", 5));
  for (const std::string member :
       {"format", "subscription", "sequence", "reason", "failure", "error_type", "error_message", "attempts",
        "redrives", "first_failed_at", "parked_at", "node", "event"}) {
    const std::string text = expect_error(
        Errc::invalid_data, [&] { (void)read_letter_line(without(line, member), 7); }, member + " is missing");
    EXPECT_NE(text.find("line 7: $." + member + " is missing"), text.npos) << text;
  }
  for (const std::string member : {"id", "aggregate_id", "version", "type", "payload", "metadata", "schema_version",
                                   "committed_at", "partition", "position", "commit_id", "commit_pos", "commit_size"}) {
    const std::string text = expect_error(
        Errc::invalid_data, [&] { (void)read_letter_line(without(line, member), 7); }, member + " is missing");
    EXPECT_NE(text.find("line 7: $.event." + member + " is missing"), text.npos) << text;
  }
}

void expect_refused(const std::string& from, const std::string& to, Errc code, const std::string& says) {
  std::string line = line_of(failed_letter("a", 5));
  const std::size_t at = line.find(from);
  ASSERT_NE(at, line.npos) << from;
  line.replace(at, from.size(), to);
  const std::string text = expect_error(code, [&] { (void)read_letter_line(line, 12); }, to);
  EXPECT_TRUE(text.starts_with("line 12: ")) << text;
  EXPECT_NE(text.find(says), text.npos) << text;
}

TEST(LetterLines, WhatIsWrongIsNamedByLineAndField) {
  expect_refused("\"attempts\":4", "\"attempts\":\"4\"", Errc::invalid_data, "$.attempts");
  expect_refused("\"attempts\":4", "\"attempts\":-4", Errc::invalid_data, "$.attempts is negative");
  expect_refused("\"reason\":\"failed\"", "\"reason\":\"bored\"", Errc::invalid_data, "$.reason");
  expect_refused("\"version\":5", "\"version\":-2", Errc::invalid_data, "$.event.version is less than -1");
  expect_refused("\"version\":5", "\"version\":5.5", Errc::invalid_data, "$.event.version");
  expect_refused("\"parked_at\":\"1970", "\"parked_at\":\"yesterday", Errc::invalid_data, "$.parked_at");
  expect_refused("\"payload_base64\":null", "\"payload_base64\":\"e30=\"", Errc::invalid_data,
                 "$.event.payload is given twice");
  expect_refused("\"sequence\":\"a\"", "\"sequence\":\"\"", Errc::invalid_data, "$.sequence is empty");
  expect_refused("\"subscription\":\"shop.Mail\"", "\"subscription\":\"\"", Errc::invalid_data,
                 "$.subscription is empty");
  expect_refused("\"format\":1", "\"format\":2", Errc::unsupported, "$.format is 2, this program reads up to 1");
  expect_refused("\"format\":1", "\"format\":0", Errc::invalid_data, "$.format");
  expect_refused("}}\n", "}\n", Errc::invalid_data, "$");
  expect_error(Errc::invalid_data, [] { (void)read_letter_line("no JSON", 1); }, "no JSON");
  expect_error(Errc::invalid_data, [] { (void)read_letter_line("", 1); }, "nothing");
}

TEST(LetterLines, ThePageShowsWhatIsWritten) {
  std::ifstream page{leftfold::test_support::source_dir() / "docs/format/dead-letters.md"};
  ASSERT_TRUE(page);
  std::string shown;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```jsonl";
    } else if (inside) {
      shown += line + '\n';
    }
  }
  std::string written;
  for (const DeadLetter& letter : page_letters()) append_letter_line(written, "shop.SendReceipt", letter);
  EXPECT_EQ(written, shown);
}

class LetterTransferTest : public ::testing::Test {
 protected:
  std::string exported(DeadLetterStore& from, const DeadLetterFilter& filter = {}) {
    std::string text;
    written = export_letters(from, filter, [&](std::string_view line) { text += line; });
    return text;
  }
  Imported import(const std::string& text, std::string_view into = {}) {
    std::istringstream lines{text};
    return import_letters(other, controls, lines, kAnn, into);
  }

  testing::VirtualClock clock;
  MemoryDeadLetterStore store{clock};
  MemoryDeadLetterStore other{clock};
  MemoryControlStore controls{clock};
  std::size_t written = 0;
};

TEST_F(LetterTransferTest, AnExportIsImportedAsItWas) {
  for (int version = 0; version < 40; ++version) testing::park(store, {failed_letter("a", version)});
  testing::park(store, page_letters());
  testing::park(store, {failed_letter("b", 1)}, "shop.Other");
  const std::string text = exported(store);
  EXPECT_EQ(written, 43U);
  controls.pause(kMail, "ann", "");
  controls.pause("shop.Other", "ann", "");
  const Imported imported = import("\n" + text + " \r\n");
  EXPECT_EQ(imported.lines, 43U);
  EXPECT_EQ(imported.added, 43U);
  EXPECT_EQ(exported(other), text);
  EXPECT_EQ(import(text).added, 0U);
  EXPECT_EQ(other.changes(kMail, "", 0, 100).size(), 42U);
}

TEST_F(LetterTransferTest, AFilterChoosesWhatIsExported) {
  testing::park(store, {failed_letter("a", 1), failed_letter("b", 1)});
  DeadLetterFilter filter;
  filter.sequence = "b";
  EXPECT_EQ(exported(store, filter), exported(store).substr(exported(store).find('\n') + 1));
}

TEST_F(LetterTransferTest, OnlyAPausedSubscriptionTakesLetters) {
  testing::park(store, {failed_letter("a", 1)});
  testing::park(store, {failed_letter("b", 1)}, "shop.Other");
  controls.pause(kMail, "ann", "");
  const std::string text =
      expect_error(Errc::invalid_argument, [&] { (void)import(exported(store)); }, "one is not paused");
  EXPECT_NE(text.find("\"shop.Other\" is not paused"), text.npos) << text;
  EXPECT_EQ(other.count({}).letters, 0U);
  EXPECT_EQ(import(exported(store), kMail).added, 2U);  // into another subscription
  EXPECT_EQ(other.sequences(kMail).size(), 2U);
}

TEST_F(LetterTransferTest, OneBadLineIsNothingImported) {
  testing::park(store, {failed_letter("a", 1), failed_letter("a", 2)});
  controls.pause(kMail, "ann", "");
  const std::string text =
      expect_error(Errc::invalid_data, [&] { (void)import(exported(store) + "\n{\"format\":1}\n"); }, "a bad line");
  EXPECT_TRUE(text.starts_with("line 4: $.subscription is missing")) << text;
  EXPECT_EQ(other.count({}).letters, 0U);
}

}  // namespace
}  // namespace leftfold::detail
