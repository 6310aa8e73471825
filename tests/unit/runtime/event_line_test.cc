// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines, as docs/format/events-jsonl.md says.
#include "runtime/migration/event_line.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include <leftfold/error.h>

#include "migration_support.h"
#include "runtime/migration/event_hash.h"
#include "support/code_of.h"
#include "support/source_dir.h"

namespace leftfold::runtime_test {
namespace {

using runtime::append_event_line;
using runtime::read_event_line;
using test_support::code_of;

Uuid uuid(const char* text) { return Uuid::parse(text).value(); }

/// The commit of the page.
std::vector<EventCopy> page_events() {
  EventCopy event;
  event.aggregate_id = "cart-42";
  event.version = Version{7};
  event.type = "CartItemAdded";
  event.id = uuid("019ab0c4-5e5f-7d31-9a55-0c7f2a1b3c4d");
  event.committed_at = Timestamp{std::chrono::milliseconds{1'763'891'000'123}};
  event.commit_id = event.id;
  event.commit_size = 2;
  event.payload = R"({"product_id":"apple","quantity":2})";
  event.metadata = R"({"correlation_id":"order-9"})";
  EventCopy second = event;
  second.version = Version{8};
  second.type = "NoteAdded";
  second.schema_version = 2;
  second.id = uuid("019ab0c4-5e5f-7d31-9a55-0c7f2a1b3c4e");
  second.commit_pos = 1;
  second.payload = R"({ "text": "gr\u00fc\u00dfe" })";
  second.metadata.clear();
  return {event, second};
}

std::string line_of(const EventCopy& event) {
  std::string line;
  append_event_line(line, event.view());
  return line;
}

EventCopy read_back(const std::string& line) {
  return read_event_line(std::string_view{line}.substr(0, line.size() - 1), 1);
}

TEST(EventLines, ThePageShowsWhatIsWritten) {
  std::ifstream page{test_support::source_dir() / "docs/format/events-jsonl.md"};
  ASSERT_TRUE(page);
  std::string shown;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) inside = line == "```jsonl";
    else if (inside) shown += line + '\n';
  }
  std::string written;
  for (const EventCopy& event : page_events()) append_event_line(written, event.view());
  EXPECT_EQ(written, shown);
}

TEST(EventLines, ComeBackByteByByte) {
  std::vector<EventCopy> events = page_events();
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += "{\"a\":";
  deep += "1" + std::string(32, '}');
  for (const std::string& document :
       {std::string{"{}"}, std::string{R"({"a":1.50,"b":1e400,"c":12345678901234567890123})"},
        std::string{R"({"b":[],"a":{"x":null,"y":true}})"}, std::string{R"({"e":"é\u0001\n\"\\ 日本 🛒"})"},
        std::string{R"({"a":1,"a":2})"}, std::string{"no JSON"}, std::string{"[1]"}, std::string{"{} {}"},
        std::string{"{\n  \"a\": 1\n}"}, std::string{"null"}, std::string{"7"}, deep, std::string(300'000, 'x')}) {
    EventCopy event = events[0];
    event.payload = document;
    event.metadata = document;
    const std::string line = line_of(event);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const EventCopy back = read_back(line);
    EXPECT_EQ(back.payload, document);
    EXPECT_EQ(back.metadata, document);
    EXPECT_EQ(runtime::difference_of(back.view(), event.view()), "");
    EXPECT_EQ(line_of(back), line);
  }
  EventCopy odd = events[1];
  odd.aggregate_id = "a\"\\\x01\n日本 🛒";
  odd.committed_at = Timestamp{std::chrono::milliseconds{-1}};
  EXPECT_EQ(runtime::difference_of(read_back(line_of(odd)).view(), odd.view()), "");
}

TEST(EventLines, RefuseWhatJsonCannotSay) {
  for (const int what : {0, 1, 2}) {
    EventCopy event = page_events()[0];
    (what == 0 ? event.payload : what == 1 ? event.aggregate_id : event.metadata) = "\xff";
    std::string out = "before";
    EXPECT_EQ(code_of([&] { append_event_line(out, event.view()); }), Errc::invalid_data) << what;
    EXPECT_EQ(out, "before");
  }
}

void expect_refused(const std::string& what, const std::string& instead, const std::string& why,
                    Errc code = Errc::invalid_data) {
  std::string line = line_of(page_events()[0]);
  line.pop_back();
  const std::size_t at = line.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  line.replace(at, what.size(), instead);
  std::string message;
  EXPECT_EQ(code_of([&] { (void)read_event_line(line, 12); }, &message), code) << line;
  EXPECT_NE(message.find("line 12: "), std::string::npos) << message;
  EXPECT_NE(message.find(why), std::string::npos) << message;
}

TEST(EventLines, SayWhichLineAndMemberIsBad) {
  expect_refused("\"format\":1,", "", "$.format is missing");
  expect_refused("\"format\":1", "\"format\":2", "$.format is 2, this program reads up to 1", Errc::unsupported);
  expect_refused("\"format\":1", "\"format\":0", "$.format is no format of events");
  expect_refused("\"version\":7,", "", "$.version is missing");
  expect_refused("\"version\":7", "\"version\":\"7\"", "$.version");
  expect_refused("\"version\":7", "\"version\":7,\"versoin\":7", "$.versoin is no member of format 1");
  expect_refused("\"type\":", "\"version\":1,\"type\":", "version");
  expect_refused("019ab0c4-5e5f", "019ab0c4_5e5f", "$.event_id");
  expect_refused("2025-", "25-", "$.committed_at");
  expect_refused("\"commit_pos\":0", "\"commit_pos\":2", "$.commit_pos is none of a commit");
  expect_refused("\"commit_pos\":0", "\"commit_pos\":-1", "$.commit_pos is none of a commit");
  expect_refused("\"commit_size\":2", "\"commit_size\":99999999999", "$.commit_size");
  expect_refused("\"payload\":{", "\"payload\":[{", "");
  expect_refused("{\"product_id\":\"apple\",\"quantity\":2}", "[1]", "$.payload is no object");
  expect_refused("\"payload\":{", "\"payload_text\":\"{}\",\"payload\":{", "$.payload is given twice");
  expect_refused("\"payload\":{\"product_id\":\"apple\",\"quantity\":2},", "", "$.payload is missing");
  expect_refused("}}", "}", "");
  expect_refused("}}", "}}}", "");
  expect_refused("cart-42", "cart\xff", "");
}

// A line with bytes lost, doubled or changed is refused or an event; nothing else happens.
TEST(EventLines, SurviveGarbage) {
  std::mt19937 random{7};
  std::string whole = line_of(page_events()[1]);
  whole.pop_back();
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string line = whole;
    for (auto changes = 1 + random() % 3; changes > 0 && !line.empty(); --changes) {
      const std::size_t at = random() % line.size();
      switch (random() % 4) {
        case 0: line.erase(at, 1 + random() % 9); break;
        case 1: line.insert(at, line.substr(random() % line.size(), random() % 9)); break;
        case 2: line[at] = static_cast<char>(random() % 256); break;
        default: line.resize(at); break;
      }
    }
    try {
      const EventCopy event = read_event_line(line, 1);
      EXPECT_FALSE(event.payload.empty());
      EXPECT_EQ(line_of(read_back(line_of(event))), line_of(event));
    } catch (const Error& error) {
      ++refused;
      EXPECT_TRUE(error.code() == Errc::invalid_data || error.code() == Errc::unsupported) << error.what();
      EXPECT_TRUE(std::string_view{error.what()}.starts_with("line 1: ")) << error.what();
    }
  }
  EXPECT_GT(refused, 10'000);
  EXPECT_LT(refused, 20'000);
}

}  // namespace
}  // namespace leftfold::runtime_test
