// SPDX-License-Identifier: Apache-2.0
// What an App knows and does for a program that is one of several: how far handlers are, every event, a publisher.
#include <algorithm>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <leftfold/app.h>
#include <leftfold/publisher.h>
#include <leftfold/read_table.h>

#include "support/failure_of.h"

namespace leftfold {
namespace {

using test_support::failure;

struct Opened {
  int by = 1;
};
using DoorEvents = Events<Opened>;
struct DoorState {
  void apply(const Opened&) {}
};
class Door : public AggregateRoot<DoorState, DoorEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void open(int by) { create_event(Opened{by}); }
};
struct Row {
  std::int64_t opened = 0;
};
struct InTable : Projector<DoorEvents> {
  explicit InTable(ReadTables& tables) : doors{tables, "doors"} {}
  ReadTables& read_model() { return doors.tables(); }
  void reset() { doors.clear(); }
  void on(const Opened& e) { doors.add("all", &Row::opened, e.by); }
  ReadTable<Row> doors;
};
struct Sum : Projector<DoorEvents> {
  void on(const Opened& e) { sum += e.by; }
  void reset() { sum = 0; }
  int sum = 0;
};
struct Bell : Listener<DoorEvents> {
  void on(const Opened&) {}
};

struct Service {
  App app{"door", Settings::Environment{}};
  Service() {
    app.settings().set("store", "memory:");
    app.settings().set("log_level", "error");
    app.aggregate<Door>();
    app.projector<InTable>(app.read_tables());
    app.projector<Sum>();
    app.listener<Bell>();
  }
  void open(int doors) {
    for (int i = 0; i < doors; ++i) {
      app.repository<Door>().execute("door-" + std::to_string(i), [](Door& door) { door.open(2); });
    }
  }
  // Of the one partition: how far, and how many events behind.
  std::pair<std::optional<Position>, std::int64_t> progress(std::string_view handler) {
    const auto progress = app.progress(handler);
    EXPECT_EQ(progress.size(), 1U);
    return {progress.at(0).done, progress.at(0).lag()};
  }
};

TEST(AppProgress, SaysHowFarEachHandlerIsWhoeverRunsIt) {
  Service service;
  service.open(3);
  EXPECT_EQ(service.progress("InTable").second, 3);
  EXPECT_EQ(service.progress("Bell").second, 3);
  {
    Running running = service.app.start();
    ASSERT_TRUE(service.app.runner().wait_until_handled(Position{3}, {}, kNever));
    running.finish();
  }
  EXPECT_EQ(service.progress("InTable"), (std::pair{std::optional{Position{3}}, std::int64_t{0}}));
  EXPECT_EQ(service.progress("Bell"), (std::pair{std::optional{Position{3}}, std::int64_t{0}}));
  service.open(1);
  EXPECT_EQ(service.progress("InTable").second, 1);
  EXPECT_EQ(service.progress("Bell").second, 1);
}

TEST(AppProgress, KnowsNothingOfATableInTheMemoryOfItsProcess) {
  Service service;
  service.open(2);
  EXPECT_EQ(service.progress("Sum").first, std::nullopt);
}

TEST(AppProgress, RefusesANameThatNoHandlerHas) {
  Service service;
  const auto [code, what] = failure([&] { (void)service.app.progress("Bel"); });
  EXPECT_EQ(code, "not_found");
  EXPECT_NE(what.find("Bell"), std::string::npos) << what;
}

TEST(AppStoredEvents, AreFoldedByAProjectorThatIsNotRegistered) {
  Service service;
  service.open(5);
  Sum sum;
  Replay replay{service.app.stored_events()};
  EXPECT_EQ(replay.add(sum).run().looked_at, 5U);
  EXPECT_EQ(sum.sum, 10);
}

TEST(AppPublisher, SendsToKafkaAlone) {
  Service service;
  service.app.settings().set("broker", "none:");
  const auto [code, what] = failure([&] { (void)service.app.publisher(); });
  EXPECT_EQ(code, "invalid_config");
  EXPECT_NE(what.find("use broker kafka:"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold
