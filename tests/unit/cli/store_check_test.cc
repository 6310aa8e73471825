// SPDX-License-Identifier: Apache-2.0
#include "cli/store_check.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <leftfold/aggregate_root.h>
#include <leftfold/listener.h>
#include <leftfold/upcast.h>

namespace leftfold::cli {
namespace {

struct Opened {
  std::string title;
  static constexpr int event_version = 2;
  static void from_1(Json& payload) { payload["title"] = payload.take("name"); }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
using TicketEvents = Events<Opened, Dropped<"Seen">>;
struct TicketState {
  void apply(const Opened&) {}
};
class Ticket : public AggregateRoot<TicketState, TicketEvents> {
 public:
  using AggregateRoot::AggregateRoot;
};

namespace strict {
struct Opened {
  int title = 0;  // the handler's own view, which is wrong
  static constexpr int event_version = 2;
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
};
}  // namespace strict
struct Titles : Listener<Events<strict::Opened>> {
  void on(const strict::Opened&) {}
};

RecordedEvent event(std::string_view type, int version, std::string_view payload) {
  RecordedEvent made;
  made.type = type;
  made.schema_version = version;
  made.payload = payload;
  made.aggregate_id = "t-1";
  return made;
}

class StoreCheckTest : public testing::Test {
 protected:
  StoreCheckTest() { app.aggregate<Ticket>(); }
  [[nodiscard]] static const StoreCheck::Group& group(const StoreCheck& check, const std::string& type, int version) {
    return check.groups().at({type, version});
  }
  App app{"helpdesk", {}};
};

TEST_F(StoreCheckTest, CountsByTypeAndVersion) {
  StoreCheck check{app};
  check.look_at(event("Opened", 1, R"({"name":"a"})"));
  check.look_at(event("Opened", 1, R"({"name":"b"})"));
  check.look_at(event("Opened", 2, R"({"title":"c"})"));
  check.look_at(event("Seen", 9, "what it was"));
  check.look_at(event(kSnapshotNote, 1, "{}"));
  check.look_at(event("SomebodyElses", 1, "{}"));
  EXPECT_EQ(check.events(), 6U);
  EXPECT_EQ(check.failed(), 0U);
  EXPECT_EQ(check.unknown(), 1U);
  EXPECT_EQ(group(check, "Opened", 1).events, 2U);
  EXPECT_EQ(group(check, "Opened", 1).reads_as, "Opened 2");
  EXPECT_EQ(group(check, "Seen", 9).reads_as, "dropped");
  EXPECT_EQ(group(check, std::string{kSnapshotNote}, 1).reads_as, "dropped");
  EXPECT_EQ(group(check, "SomebodyElses", 1).reads_as, "unknown");
}

TEST_F(StoreCheckTest, KeepsTheFirstFailuresOfEach) {
  StoreCheck check{app};
  for (int n = 0; n < 5; ++n) check.look_at(event("Opened", 1, "{}"));
  check.look_at(event("Opened", 3, "{}"));
  EXPECT_EQ(check.failed(), 6U);
  ASSERT_EQ(group(check, "Opened", 1).first.size(), StoreCheck::kFailuresKept);
  EXPECT_EQ(group(check, "Opened", 1).failed, 5U);
  const CheckFailure& first = group(check, "Opened", 1).first[0];
  EXPECT_EQ(first.reader, "Ticket");
  EXPECT_EQ(first.aggregate_id, "t-1");
  EXPECT_NE(first.why.find("the upcast of Opened from version 1 failed"), std::string::npos) << first.why;
}

TEST_F(StoreCheckTest, AsksEveryStructThatReadsTheEvent) {
  app.listener<Titles>();
  StoreCheck check{app};
  check.look_at(event("Opened", 2, R"({"title":"c"})"));
  ASSERT_EQ(check.failed(), 1U);
  EXPECT_EQ(group(check, "Opened", 2).first[0].reader, "Titles");
}

TEST_F(StoreCheckTest, CountsWhatTheStoreItselfCannotRead) {
  StoreCheck check{app};
  check.unreadable(event("", 0, ""), "the item has no payload");
  EXPECT_EQ(check.failed(), 1U);
  EXPECT_EQ(group(check, "unreadable", 0).first[0].why, "the item has no payload");
}

}  // namespace
}  // namespace leftfold::cli
