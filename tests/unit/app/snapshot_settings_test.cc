// SPDX-License-Identifier: Apache-2.0
// What an App makes of the settings snapshot.*.
#include <leftfold/app.h>

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/snapshot_schema.h>

#include "support/failure_of.h"
#include "support/temporary_folder.h"

namespace leftfold {
namespace {

using test_support::failure;

struct Opened {};
struct DoorState {
  int opened = 0;
  void apply(const Opened&) { ++opened; }
};
class Door : public AggregateRoot<DoorState, Events<Opened>> {
 public:
  using AggregateRoot::AggregateRoot;
  void open() { create_event(Opened{}); }
};

struct OddState {
  std::list<int> not_stored;
  void apply(const Opened&) { not_stored.push_back(1); }
};
class Odd : public AggregateRoot<OddState, Events<Opened>> {
 public:
  using AggregateRoot::AggregateRoot;
  void open() { create_event(Opened{}); }
};

void open_doors(App& app, int times) {
  const Repository<Door> doors = app.repository<Door>();
  for (int i = 0; i < times; ++i) doors.execute("door", [](Door& door) { door.open(); });
  ASSERT_TRUE(app.snapshots().flush());
}

std::optional<StoredSnapshot> stored(App& app) { return app.snapshots().store().load("door", snapshot_schema<Door>()); }

TEST(AppSnapshots, ThereAreNoneUnlessAskedFor) {
  App app{"door", {{"LEFTFOLD_STORE", "memory:"}}};
  open_doors(app, 300);
  EXPECT_FALSE(stored(app));
}

TEST(AppSnapshots, AreTakenAndUsedAsTheSettingsSay) {
  for (const char* variable : {"LEFTFOLD_SNAPSHOT_EVERY", "LEFTFOLD_SNAPSHOT_OLDER_THAN"}) {
    const bool by_number = std::string{variable}.ends_with("EVERY");
    App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {variable, by_number ? "10" : "24h"}}};
    open_doors(app, 12);
    EXPECT_EQ(stored(app).has_value(), by_number);
    EXPECT_EQ(app.repository<Door>().load("door").state().opened, 12);
    const std::string text = app.metrics().prometheus();
    const std::string used = R"(leftfold_snapshot_loads_total{aggregate="Door",result="used"} )";
    EXPECT_EQ(text.find(used + "0\n") == text.npos, by_number) << text;
  }
}

TEST(AppSnapshots, LieInTheFileOfTheEvents) {
  const test_support::TemporaryFolder folder;
  const Settings::Environment environment{{"LEFTFOLD_STORE", "sqlite:" + (folder.path() / "door.db").string()},
                                          {"LEFTFOLD_SNAPSHOT_EVERY", "5"}};
  {
    App app{"door", environment};
    const Repository<Door> doors = app.repository<Door>();
    for (int i = 0; i < 7; ++i) doors.execute("door", [](Door& door) { door.open(); });
  }  // its end writes what waits
  App app{"door", environment};
  ASSERT_TRUE(stored(app));
  EXPECT_GE(stored(app)->version, Version{4});
  EXPECT_EQ(app.repository<Door>().load("door").state().opened, 7);
}

TEST(AppSnapshots, ARepositoryMayBringItsOwn) {
  App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_SNAPSHOT_EVERY", "1000"}}};
  const Repository<Door> doors = app.repository<Door>({.snapshots = &app.snapshots(), .snapshot_policy = {.every = 1}});
  doors.execute("door", [](Door& door) { door.open(); });
  ASSERT_TRUE(app.snapshots().flush());
  EXPECT_TRUE(stored(app));
}

TEST(AppSnapshots, AStateThatCannotBeStoredGoesWithout) {
  App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_SNAPSHOT_EVERY", "1"}}};
  app.aggregate<Odd>();
  app.aggregate<Door>();
  app.repository<Odd>().execute("odd", [](Odd& odd) { odd.open(); });
  EXPECT_EQ(app.repository<Odd>().load("odd").version(), Version{0});
  EXPECT_EQ(app.aggregates()[0].history, nullptr);
  ASSERT_NE(app.aggregates()[1].history, nullptr);
  open_doors(app, 2);
  History history = app.aggregates()[1].history(app.store(), {}, "door", {});
  EXPECT_EQ(history.next().value().state, R"({"opened":1})");
}

TEST(AppSnapshots, AMalformedSettingIsAnErrorThatNamesIt) {
  for (const auto& [variable, value] :
       std::vector<std::pair<std::string, std::string>>{{"LEFTFOLD_SNAPSHOT_EVERY", "often"},
                                                        {"LEFTFOLD_SNAPSHOT_EVERY", "-1"},
                                                        {"LEFTFOLD_SNAPSHOT_SLOWER_THAN", "50"},
                                                        {"LEFTFOLD_SNAPSHOT_AT_MOST_EVERY", ""}}) {
    App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {variable, value}}};
    if (value.empty()) {
      EXPECT_NO_THROW((void)app.repository<Door>());  // as if it were not set
      continue;
    }
    const auto [code, text] = failure([&] { (void)app.repository<Door>(); });
    EXPECT_EQ(code, "invalid_config");
    EXPECT_NE(text.find(variable), text.npos) << text;
  }
}

}  // namespace
}  // namespace leftfold
