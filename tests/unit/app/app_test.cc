// SPDX-License-Identifier: Apache-2.0
#include <leftfold/app.h>

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT: setenv is POSIX

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/no_feed.h"
#include "app/temporary_file.h"
#include "support/failure_of.h"

namespace leftfold {
namespace {

using test_support::failure;

struct Opened {
  int by = 1;
};
struct Closed {};
using DoorEvents = Events<Opened, Closed>;

struct DoorState {
  int opened = 0;
  void apply(const Opened& e) { opened += e.by; }
  void apply(const Closed&) {}
};

class Door : public AggregateRoot<DoorState, DoorEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void open() { create_event(Opened{}); }
};

struct InMemory : Projector<DoorEvents> {
  void on(const Opened& e) { opened += e.by; }
  void reset() { opened = 0; }
  int opened = 0;
};

struct InTable : Projector<DoorEvents> {
  explicit InTable(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS doors");
    db.execute("CREATE TABLE doors(opened INTEGER)");
    db.execute("INSERT INTO doors VALUES(0)");
  }
  void on(const Opened& e) { db.execute("UPDATE doors SET opened = opened + ?", e.by); }
  SqliteReadModel& db;
};

struct Bell : Listener<DoorEvents> {
  void on(const Opened&) {}
};

/// Cannot open a door while it is stuck.
struct Jams : InTable {
  using InTable::InTable;
  void on(const Opened& e) {
    if (stuck) throw std::runtime_error{"stuck"};
    InTable::on(e);
  }
  bool stuck = true;
};

/// An App on memory that does not look at this process's environment.
struct MemoryApp {
  App app{"door", Settings::Environment{}};
  MemoryApp() { app.settings().set("store", "memory:"); }
};

/// Runs the App on a thread of its own; stopped and joined at the end of the scope.
class Running {
 public:
  explicit Running(App& app) : thread_{[&app](const std::stop_token& stop) { app.run(stop); }} {}

 private:
  std::jthread thread_;
};

TEST(App, RefusesNamesThatCannotNameAFile) {
  for (const std::string name : {"", "../shop", "my shop", "-shop", ".shop"}) {
    EXPECT_EQ(failure([&] { App app(name); }).first, "invalid_argument") << name;
  }
  EXPECT_EQ(App{"shop-2.b_c"}.name(), "shop-2.b_c");
}

TEST(App, KnowsWhatWasRegistered) {
  MemoryApp fixture;
  App& app = fixture.app;
  app.aggregate<Door>();
  const InMemory& projector = app.projector<InMemory>();
  app.projector<InTable>(app.read_model());
  HandlerOptions options;
  options.name = "FrontBell";
  app.handler<Bell>(options);
  EXPECT_EQ(projector.opened, 0);

  ASSERT_EQ(app.aggregates().size(), 1U);
  EXPECT_EQ(app.aggregates()[0].name, "Door");
  EXPECT_EQ(app.aggregates()[0].events, (std::vector<std::string_view>{"Opened", "Closed"}));
  const std::vector<HandlerInfo> handlers = app.handlers();
  ASSERT_EQ(handlers.size(), 3U);
  EXPECT_TRUE(handlers[0].is_projector && !handlers[0].exactly_once);
  EXPECT_TRUE(handlers[1].is_projector && handlers[1].exactly_once);
  EXPECT_FALSE(handlers[2].is_projector);
  EXPECT_EQ(handlers[2].name, "FrontBell");
  EXPECT_EQ(handlers[2].handled, std::vector<std::string_view>{"Opened"});
  EXPECT_EQ(handlers[2].ignored, std::vector<std::string_view>{"Closed"});
}

TEST(App, RefusesWhatIsRegisteredTwice) {
  MemoryApp fixture;
  App& app = fixture.app;
  app.aggregate<Door>();
  app.listener<Bell>();
  EXPECT_NE(failure([&] { app.aggregate<Door>(); }).second.find("aggregate Door is registered twice"),
            std::string::npos);
  const auto [code, text] = failure([&] { app.listener<Bell>(); });
  EXPECT_EQ(code, "invalid_argument");
  EXPECT_NE(text.find("handler Bell is registered twice"), std::string::npos) << text;
  HandlerOptions options;
  options.name = "Second";
  app.handler<Bell>(options);
  EXPECT_EQ(app.handlers().size(), 2U);
}

TEST(App, RefusesCommandsThatAreTakenOrCannotBeTyped) {
  MemoryApp fixture;
  App& app = fixture.app;
  const AppCommand nothing = [](App&, std::span<const std::string>, const std::stop_token&) { return 0; };
  app.command("seed-data", "fill the store", nothing);
  for (const std::string name : {"seed-data", "run", "tail", "events", "", "Seed", "seed data", "-seed"}) {
    EXPECT_EQ(failure([&] { app.command(name, "", nothing); }).first, "invalid_argument") << name;
  }
  EXPECT_EQ(failure([&] { app.command("empty", "", {}); }).first, "invalid_argument");
  ASSERT_EQ(app.commands().size(), 1U);
  EXPECT_EQ(app.commands()[0].help, "fill the store");
}

TEST(App, ABadSettingIsReportedAtFirstUseAndCanBeMendedUntilThen) {
  App app{"door", {{"LEFTFOLD_STORE", "nonsense"}}};
  EXPECT_EQ(failure([&] { (void)app.store(); }).first, "invalid_config");
  EXPECT_EQ(failure([&] { (void)app.log(); }).first, "invalid_config");
  EXPECT_EQ(failure([&] { (void)app.read_model().query<int>("SELECT 1"); }).first, "invalid_config");
  app.settings().set("store", "memory:", "flag --store");
  EXPECT_EQ(app.store().head(), Position::start());
}

TEST(App, RunsItsHandlersOnWhatItsRepositoryStores) {
  MemoryApp fixture;
  App& app = fixture.app;
  InMemory& in_memory = app.projector<InMemory>();
  app.projector<InTable>(app.read_model());
  const CommandResult result = app.repository<Door>().execute("front", [](Door& door) { door.open(); });
  const Running running{app};
  EXPECT_TRUE(app.runner().wait_until_handled(result.position, {}, kNever));
  EXPECT_EQ(app.runner().read(in_memory, [](const InMemory& table) { return table.opened; }), 1);
  EXPECT_EQ(app.read_model().query<int>("SELECT opened FROM doors"), std::vector<int>{1});
}

TEST(App, RefusesAHandlerThatWouldNeverRun) {
  MemoryApp fixture;
  App& app = fixture.app;
  app.projector<InMemory>();
  (void)app.runner();
  const auto [code, text] = failure([&] { app.listener<Bell>(); });
  EXPECT_EQ(code, "invalid_argument");
  EXPECT_NE(text.find("handler Bell comes too late"), std::string::npos) << text;
  EXPECT_EQ(app.handlers().size(), 1U);
}

TEST(App, ReplaysProjectorsFromItsStoreAndNeverAListener) {
  MemoryApp own;
  App& app = own.app;
  InMemory& in_memory = app.projector<InMemory>();
  app.projector<InTable>(app.read_model());
  app.listener<Bell>();
  for (int n = 0; n < 3; ++n) app.repository<Door>().execute("front", [](Door& door) { door.open(); });

  const ReplayProgress with_tables = app.replay({})->run();
  ASSERT_EQ(with_tables.projectors.size(), 1U) << "those with a read model";
  EXPECT_EQ(with_tables.projectors[0].name, "InTable");
  EXPECT_EQ(app.read_model().query<int>("SELECT opened FROM doors").front(), 3);
  const std::vector<std::string> named{"InMemory"};
  EXPECT_TRUE(app.replay(named)->run().complete);
  EXPECT_EQ(in_memory.opened, 3);

  const std::vector<std::string> listener{"Bell"};
  const auto [code, text] = failure([&] { (void)app.replay(listener); });
  EXPECT_EQ(code, "invalid_argument");
  EXPECT_NE(text.find("Bell is a listener"), std::string::npos) << text;
  const std::vector<std::string> wrong{"InTabel"};
  EXPECT_EQ(failure([&] { (void)app.replay(wrong); }).first, "not_found");
  EXPECT_EQ(failure([&] { (void)app.replay({}, {}, ReplayFrom::broker); }).first, "invalid_argument");
  EXPECT_EQ(failure([&] { (void)app.restore_kept("InTable"); }).first, "not_found");
}

TEST(App, SwapsInAShadowAndRestoresWhatItReplaced) {
  MemoryApp own;
  App& app = own.app;
  app.projector<InTable>(app.read_model());
  app.repository<Door>().execute("front", [](Door& door) { door.open(); });
  (void)app.replay({})->run();
  app.repository<Door>().execute("front", [](Door& door) { door.open(); });
  ReplayOptions options;
  options.into = ReplayInto::shadow;
  const auto replay = app.replay({}, options);
  EXPECT_TRUE(replay->run().complete);
  EXPECT_EQ(replay->compare().front().found.different, 0U);
  replay->swap();
  EXPECT_EQ(app.read_model().query<int>("SELECT opened FROM doors").front(), 2);
  EXPECT_EQ(app.restore_kept("InTable"), Position{1});
  EXPECT_EQ(app.read_model().query<int>("SELECT opened FROM doors").front(), 1);
}

// Parked, then in the tables that were swapped in, then taken from the dead letters, which the tables before never saw.
TEST(App, TellsOfParkedEventsThatTablesWhichComeBackWillNeverReceive) {
  MemoryApp own;
  App& app = own.app;
  app.settings().set("retry.max_attempts", "1");
  Jams& jams = app.projector<Jams>(app.read_model());
  const auto restored = [&app] {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(app.restore_kept("Jams"), Position{2});
    return ::testing::internal::GetCapturedStderr();
  };
  for (const char* door : {"front", "back"}) app.repository<Door>().execute(door, [](Door& d) { d.open(); });
  {
    const leftfold::Running handlers = app.start();
    ASSERT_TRUE(app.runner().wait_until_handled(Position{2}, {}, kNever));
  }
  jams.stuck = false;
  ReplayOptions options;
  options.into = ReplayInto::shadow;
  const auto replay = app.replay({}, options);
  ASSERT_TRUE(replay->run().complete);
  replay->swap();
  EXPECT_EQ(restored(), "") << "their letters are there";
  EXPECT_EQ(restored(), "") << "they are in these tables";
  EXPECT_EQ(app.runner().redrive("Jams", "front").handled, 1U);
  const std::string text = restored();
  EXPECT_NE(text.find("WARN"), text.npos) << text;
  EXPECT_NE(text.find("Jams"), text.npos) << text;
  EXPECT_NE(text.find("stream=front version=0"), text.npos) << text;
  EXPECT_EQ(text.find("stream=back"), text.npos) << text;
}

TEST(App, OnlySelectsHandlersByName) {
  MemoryApp fixture;
  App& app = fixture.app;
  app.projector<InMemory>();
  app.listener<Bell>();
  const std::vector<std::string> wrong{"Bel"};
  const auto [code, text] = failure([&] { app.only(wrong); });
  EXPECT_EQ(code, "not_found");
  EXPECT_NE(text.find("did you mean \"Bell\"?; handlers: InMemory,Bell"), std::string::npos) << text;
  const std::vector<std::string> names{"Bell"};
  const std::vector<SubscriptionStatus> status = app.only(names).runner().status();
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].name, "example-group.Bell");
}

TEST(App, RefusesSettingsOfAHandlerThatIsNotThere) {
  MemoryApp fixture;
  App& app = fixture.app;
  app.listener<Bell>();
  app.settings().set("handlers.Bel.retry.base", "1s");
  const auto [code, text] = failure([&] { (void)app.runner(); });
  EXPECT_EQ(code, "invalid_config");
  EXPECT_NE(text.find("retry.base of handler \"Bel\" (program)"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean \"Bell\"?; handlers: Bell"), std::string::npos) << text;
}

TEST(App, SettingsOfFailuresReachTheHandlersTheyAreFor) {
  App app{"door",
          {{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_LOG_LEVEL", "off"}, {"LEFTFOLD_BREAKER_ENABLED", "false"}}};
  app.settings().set("handlers.Second.breaker.enabled", "true");
  HandlerOptions options;
  options.failures.breaker.enabled = true;  // the environment says no
  app.handler<Bell>(options);
  options.name = "Second";
  app.handler<Bell>(options);
  EXPECT_EQ(app.runner().breaker("Bell").state(), BreakerState::disabled);
  EXPECT_EQ(app.runner().breaker("Second").state(), BreakerState::closed);
}

TEST(App, SettingsOfFailuresThatDoNotGoTogetherAreErrorsBeforeAnythingRuns) {
  App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_LOG_LEVEL", "off"}, {"LEFTFOLD_BREAKER_OPEN", "1h"}}};
  app.listener<Bell>();
  const auto [code, text] = failure([&] { (void)app.runner(); });
  EXPECT_EQ(code, "invalid_config");
  EXPECT_NE(text.find("handler Bell: breaker.max_open"), std::string::npos) << text;
  EXPECT_NE(text.find("(breaker.open: environment LEFTFOLD_BREAKER_OPEN)"), std::string::npos) << text;
}

TEST(App, ToRunWithoutHandlersIsAnError) {
  MemoryApp fixture;
  EXPECT_EQ(failure([&] { fixture.app.run({}); }).first, "invalid_argument");
}

TEST(App, TheTemporaryReadTablesOfAMemoryStoreEndWithIt) {
  namespace fs = std::filesystem;
  app::TemporaryFile own;  // a folder of our own to look into
  const fs::path place = own.path().parent_path() / "tmp";
  fs::create_directory(place);
  ASSERT_EQ(setenv("TMPDIR", place.c_str(), 1), 0);
  {
    MemoryApp fixture;
    fixture.app.read_model().execute("CREATE TABLE t(x INTEGER)");
    ASSERT_FALSE(fs::is_empty(place));
    EXPECT_EQ(fs::status(fs::directory_iterator { place } -> path()).permissions(), fs::perms::owner_all);
  }
  EXPECT_TRUE(fs::is_empty(place));
  ASSERT_EQ(setenv("TMPDIR", (place / "missing").c_str(), 1), 0);
  {
    MemoryApp fixture;
    const auto [code, text] = failure([&] { fixture.app.read_model().execute("CREATE TABLE t(x INTEGER)"); });
    EXPECT_EQ(code, "unavailable");
    EXPECT_NE(text.find("TMPDIR"), std::string::npos) << text;
  }
  ASSERT_EQ(unsetenv("TMPDIR"), 0);
}

TEST(App, WithKafkaTurnedOffItSaysSoOnceAndHandlesNothingUntilTheStop) {
  App app{"door", {{"LEFTFOLD_STORE", "memory:"}, {"LEFTFOLD_BROKER", "kafka:"}, {"KAFKA_ENABLED", "false"}}};
  app.listener<Bell>();
  Repository<Door> doors{app.store()};
  doors.execute("d-1", [](Door& door) { door.open(); });
  testing::internal::CaptureStderr();
  for (int run = 0; run < 2; ++run) {
    const Running running{app};
    while (app.runner().status().front().state != "waiting") std::this_thread::yield();
    EXPECT_EQ(app.runner().status().front().handled, 0U);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const std::size_t said = log.find("it is off: no client is made");
  ASSERT_NE(said, std::string::npos) << log;
  EXPECT_NE(log.find("environment KAFKA_ENABLED", said), std::string::npos) << log;
  EXPECT_EQ(log.find("it is off", said + 1), std::string::npos) << log;
}

TEST(NoFeed, WaitsForTheStopAndWakesUpWhenAsked) {
  app::NoFeed feed;
  EXPECT_EQ(failure([&] { (void)feed.subscribe({}); }).first, "invalid_argument");
  const auto subscription = feed.subscribe({"door.Bell", SubscriptionKind::shared, StartFrom::beginning});
  subscription->wake();
  EXPECT_TRUE(subscription->take(10, {}, kNever).events.empty());  // returns: it was woken
  EXPECT_TRUE(subscription->take(10, {}, system_clock().instant()).assigned.empty());
  std::stop_source source;
  const std::jthread stopper{[&] { source.request_stop(); }};
  EXPECT_TRUE(subscription->take(10, source.get_token(), kNever).events.empty());
  EXPECT_EQ(feed.head(0), Position::start());
}

}  // namespace
}  // namespace leftfold
