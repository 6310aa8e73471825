// SPDX-License-Identifier: Apache-2.0
// Reads docs/format/kafka.md and checks its examples and tables.
#include <filesystem>
#include <fstream>

#include <leftfold/json.h>
#include <leftfold/metadata.h>

#include "kafka/event_ids.h"
#include "support/source_dir.h"
#include "unit/kafka/record_support.h"

namespace leftfold::kafka_test {
namespace {

std::vector<std::string> lines() {
  const auto page = test_support::source_dir() / "docs/format/kafka.md";
  std::ifstream in{page};
  EXPECT_TRUE(in) << page;
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

/// The fenced blocks of a language.
std::vector<std::string> blocks(const std::string& language) {
  std::vector<std::string> all;
  bool inside = false;
  bool wanted = false;
  for (const std::string& line : lines()) {
    if (line.starts_with("```")) {
      inside = !inside;
      wanted = inside && line == "```" + language;
      if (wanted) all.emplace_back();
    } else if (wanted) {
      all.back() += line + '\n';
    }
  }
  return all;
}

/// The rows of the table whose header starts with `| header |`; cells without their backticks.
std::vector<std::vector<std::string>> table(const std::string& header) {
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (const std::string& line : lines()) {
    if (line.starts_with("| " + header + " |")) {
      inside = true;
    } else if (!line.starts_with('|')) {
      inside = false;
    } else if (inside && !line.starts_with("| ---")) {
      std::vector<std::string>& cells = rows.emplace_back();
      for (std::size_t at = 2, end = 0; (end = line.find(" |", at)) != line.npos; at = end + 3) {
        std::string cell = line.substr(at, end - at);
        if (cell.starts_with('`') && cell.find('`', 1) == cell.size() - 1) cell = cell.substr(1, cell.size() - 2);
        cells.push_back(cell);
      }
    }
  }
  return rows;
}

std::string shown(const RecordedEvent& event) {
  const kafka::Record record = kafka::to_record(event, "shop");
  std::string text = "key = " + std::string{event.aggregate_id} + "\nvalue = " + record.value + '\n';
  for (const auto& [name, value] : list(record.headers.get())) text.append(name).append(" = ").append(value) += '\n';
  return text;
}

TEST(KafkaPage, its_examples_are_what_is_written_and_are_read_as_what_they_were) {
  const std::vector<std::string> examples = blocks("text");
  const std::vector<RecordedEvent> events{apple(), checked_out(), unpublished()};
  ASSERT_EQ(examples.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(shown(events[i]), examples[i]);
    expect_same(read(kafka::to_record(events[i], "shop").value)[0], events[i]);
  }
}

TEST(KafkaPage, its_members_are_written_in_their_order) {
  const std::string value = kafka::to_record(checked_out(), "shop").value;
  std::size_t at = 0;
  int written = 0;
  for (const std::vector<std::string>& row : table("member")) {
    const std::size_t found = value.find("\"" + row.at(0) + "\":");
    if (row[0] == "metadata") continue;  // this event has none
    ASSERT_NE(found, value.npos) << row[0];
    EXPECT_GE(found, at) << row[0];
    at = found;
    ++written;
  }
  EXPECT_EQ(written, 11);
}

TEST(KafkaPage, its_record_of_the_node_library_is_read) {
  const std::vector<std::string> examples = blocks("json");
  ASSERT_EQ(examples.size(), 1U);
  const EventPage page = read(examples[0]);
  const RecordedEvent& event = page[0];
  EXPECT_EQ(event.aggregate_id, "cart-42");
  EXPECT_EQ(event.version, Version{0});
  EXPECT_EQ(event.type, "ItemAdded");
  EXPECT_EQ(event.payload, R"({"itemId":"apple","quantity":2})");
  EXPECT_EQ(event.metadata, "");
  EXPECT_EQ(event.committed_at, Timestamp{std::chrono::milliseconds{1669939200000}});
  EXPECT_EQ(event.id.to_string(), table("id of").at(0).at(3));
  EXPECT_EQ(event.commit_id, event.id);
  EXPECT_EQ(event.commit_pos, 0);
  EXPECT_EQ(event.commit_size, 1);
  EXPECT_EQ(event.schema_version, 1);
  EXPECT_EQ(event.position, Position{18});
  EXPECT_EQ(event.partition, 3);
}

TEST(KafkaPage, its_ids_are_derived_so) {
  const auto rows = table("id of");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(kafka::id_of_event("cart-42", Version{0}).to_string(), rows[0].at(3));
  EXPECT_EQ(kafka::id_of_record("GlobalEvents", 3, 17).to_string(), rows[1].at(3));
}

TEST(KafkaPage, what_it_says_cannot_be_read_cannot_and_for_that_reason) {
  const auto rows = table("value");
  EXPECT_EQ(rows.size(), 17U);
  for (const std::vector<std::string>& row : rows) {
    kafka::Received record = received(row.at(0) == "(empty)" ? std::string_view{} : std::string_view{row[0]});
    if (row[0] == "(none)") record.value.reset();
    const EventPage page = read(record);
    expect_unreadable(page[0], record);
    EXPECT_EQ(metadata_of(page[0]).headers.at("unreadable"), "GlobalEvents/3/17: " + row.at(1));
    EXPECT_EQ(page[0].aggregate_id, "cart-42");
    EXPECT_EQ(page[0].id, kafka::id_of_record("GlobalEvents", 3, 17));
    EXPECT_EQ(page[0].committed_at, record.timestamp);
  }
}

}  // namespace
}  // namespace leftfold::kafka_test
