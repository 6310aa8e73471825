// SPDX-License-Identifier: Apache-2.0
#include "cli/event_audit.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leftfold::cli {
namespace {

/// Three events of one stream: a commit of one, then one of two.
std::vector<RecordedEvent> whole() {
  std::vector<RecordedEvent> events(3);
  for (std::size_t i = 0; i < events.size(); ++i) {
    std::array<std::uint8_t, 16> bytes{};
    bytes[15] = static_cast<std::uint8_t>(i + 1);
    events[i].id = Uuid{bytes};
    events[i].position = Position{static_cast<std::int64_t>(i) + 1};
    events[i].version = Version{static_cast<std::int64_t>(i)};
    events[i].aggregate_id = "a";
    events[i].type = "Counted";
    events[i].payload = "{}";
  }
  events[0].commit_id = events[0].id;
  events[1].commit_id = events[2].commit_id = events[1].id;
  events[1].commit_size = events[2].commit_size = 2;
  events[2].commit_pos = 1;
  return events;
}

std::vector<std::string> findings(const std::function<void(std::vector<RecordedEvent>&)>& damage, bool ordered = true) {
  std::vector<RecordedEvent> events = whole();
  damage(events);
  EventAudit audit{ordered};
  for (const RecordedEvent& each : events) audit.look_at(each);
  audit.finish();
  std::vector<std::string> all;
  for (const Finding& each : audit.findings()) all.push_back(each.what);
  return all;
}

bool has(const std::vector<std::string>& all, std::string_view text) {
  for (const std::string& each : all) {
    if (each.find(text) != each.npos) return true;
  }
  return false;
}

TEST(EventAudit, AWholeStoreHasNoFindings) {
  EXPECT_EQ(findings([](auto&) {}).size(), 0U);
  EXPECT_EQ(findings([](auto& events) { std::swap(events[0], events[2]); }, false).size(), 0U);
}

TEST(EventAudit, AVersionIsMissing) {
  const auto without_first = [](auto& events) { events.erase(events.begin()); };
  EXPECT_TRUE(has(findings(without_first), "the first event of its stream, and not version 0"));
  EXPECT_TRUE(has(findings(without_first, false), "has 2 events, of versions 1 to 2: some are missing"));
  EXPECT_TRUE(
      has(findings([](auto& events) { events[1].version = Version{5}; }), "before it in its stream is version"));
}

TEST(EventAudit, PositionsDoNotGoBack) {
  EXPECT_TRUE(has(findings([](auto& events) { events[2].position = Position{1}; }), "its position does not follow"));
}

TEST(EventAudit, ACommitIsNotWhole) {
  EXPECT_TRUE(has(findings([](auto& events) { events.pop_back(); }), "at the end is not whole"));
  EXPECT_TRUE(has(findings([](auto& events) { events[0].commit_size = 2; }), "before it is not whole"));
  EXPECT_TRUE(has(findings([](auto& events) { events[0].commit_pos = 1; }), "whose beginning is not before it"));
  EXPECT_TRUE(has(findings([](auto& events) { events[0].commit_id = events[2].id; }), "named after another event"));
}

TEST(EventAudit, TextsThatAreNoJson) {
  EXPECT_TRUE(has(findings([](auto& events) { events[0].payload = "[]"; }), "its payload is no JSON object"));
  EXPECT_TRUE(has(findings([](auto& events) { events[0].payload = "{"; }, false), "its payload is no JSON object"));
  EXPECT_TRUE(has(findings([](auto& events) { events[0].metadata = "{\"a\":1}"; }), "metadata of event"));
}

TEST(EventAudit, KeepsAThousandAndCountsAll) {
  EventAudit audit{true};
  for (int i = 0; i < 1500; ++i) audit.add({{}, std::nullopt, {}, "x"});
  EXPECT_EQ(audit.findings().size(), EventAudit::kFindingsKept);
  EXPECT_EQ(audit.found(), 1500U);
}

}  // namespace
}  // namespace leftfold::cli
