// SPDX-License-Identifier: Apache-2.0
// An App whose store is DynamoDB by its settings alone.
#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/cli.h>
#include <leftfold/dynamodb.h>
#include <leftfold/read_table.h>

#include "dynamodb/service.h"
#include "support/code_of.h"

namespace leftfold::test_dynamodb {
namespace {

using test_support::code_of;

struct TicketOpened {
  std::string title;
};
using TicketEvents = Events<TicketOpened>;
struct TicketState {
  std::string title;
  void apply(const TicketOpened& event) { title = event.title; }
};
class Ticket : public AggregateRoot<TicketState, TicketEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void open(std::string title) { create_event(TicketOpened{std::move(title)}); }
};
struct Watch : Listener<TicketEvents> {
  void on(const TicketOpened&) {}
};

// The tables are there already, so an App finds them by the names in its environment.
Settings::Environment environment_of(const DynamoDbOptions& options, const std::string& broker) {
  Settings::Environment variables{{"LEFTFOLD_STORE", "dynamodb:"},
                                  {"LEFTFOLD_BROKER", broker},
                                  {"LEFTFOLD_LOG_LEVEL", "warn"},
                                  {"DYNAMODB_PREFIX", options.events_table.substr(0, 5)},
                                  {"EVENTSTORE_TABLE_NAME", options.events_table.substr(5)}};
  if (service_name() != "endpoint") {
    variables["DYNAMODB_LOCAL"] = "true";
    variables["DYNAMODB_URL"] = options.endpoint_url;
  }
  return variables;
}

TEST(DynamoDbApp, keeps_its_events_in_the_table_that_the_environment_names) {
  const TestTables tables;
  {
    App app{"helpdesk", environment_of(tables.options(), "none:")};
    app.aggregate<Ticket>();
    Repository<Ticket> tickets{app.store()};
    tickets.execute("t-1", [](Ticket& ticket) { ticket.open("printer"); });
  }
  App again{"helpdesk", environment_of(tables.options(), "none:")};
  Repository<Ticket> tickets{again.store()};
  EXPECT_EQ(tickets.load("t-1").state().title, "printer");
}

// The command check, which scans the table. Returns its exit code.
int check(App& app, std::string& printed) {
  const char* const line[] = {"helpdesk", "check", "--strict", "--quiet"};
  testing::internal::CaptureStdout();
  const int code = cli::run(4, line, app);
  printed = testing::internal::GetCapturedStdout();
  return code;
}

TEST(DynamoDbApp, checks_whether_it_reads_what_the_table_holds) {
  const TestTables tables;
  App app{"helpdesk", environment_of(tables.options(), "none:")};
  app.aggregate<Ticket>();
  Repository<Ticket> tickets{app.store()};
  tickets.execute("t-1", [](Ticket& ticket) { ticket.open("printer"); });
  std::string printed;
  EXPECT_EQ(check(app, printed), 0);
  EXPECT_NE(printed.find("TicketOpened"), std::string::npos) << printed;

  AppendRequest newer;
  newer.aggregate_id = "t-2";
  newer.events.push_back({Uuid::v7(Timestamp{}), "TicketOpened", "{}", "", 2});
  ASSERT_TRUE(std::holds_alternative<Appended>(app.store().append(newer)));
  EXPECT_EQ(check(app, printed), 1);
  EXPECT_NE(printed.find("was written with event_version 2, this program knows 1"), std::string::npos) << printed;
}

TEST(DynamoDbApp, says_what_became_of_the_node_librarys_table_of_errors) {
  const TestTables tables;
  Settings::Environment variables = environment_of(tables.options(), "none:");
  variables["LEFTFOLD_LOG_LEVEL"] = "info";
  const auto said = [&] {
    App app{"helpdesk", variables};
    testing::internal::CaptureStderr();
    (void)app.store();
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(said().find("ERRORSTORE_TABLE_NAME"), std::string::npos);
  variables["ERRORSTORE_TABLE_NAME"] = "";
  EXPECT_EQ(said().find("ERRORSTORE_TABLE_NAME"), std::string::npos);
  variables["ERRORSTORE_TABLE_NAME"] = "ErrorStore";
  const std::string line = said();
  EXPECT_NE(line.find("ERRORSTORE_TABLE_NAME is not used"), std::string::npos) << line;
  EXPECT_NE(line.find(tables.options().events_table + "Leftfold"), std::string::npos) << line;
}

/// A command of the service. Returns its exit code.
int run_command(App& app, std::vector<const char*> words, std::string& printed) {
  words.insert(words.begin(), "helpdesk");
  testing::internal::CaptureStdout();
  const int code = cli::run(static_cast<int>(words.size()), words.data(), app);
  printed = testing::internal::GetCapturedStdout();
  return code;
}

DeadLetter letter_of(std::string sequence) {
  DeadLetter letter;
  letter.sequence = letter.event.aggregate_id = std::move(sequence);
  letter.event.id = Uuid::v7(system_clock().now());
  letter.event.version = Version{0};
  letter.event.type = "TicketOpened";
  letter.event.payload = R"({"title":"printer"})";
  return letter;
}

TEST(DynamoDbApp, keeps_dead_letters_and_shows_them) {
  const TestTables tables;
  App app{"helpdesk", environment_of(tables.options(), "none:")};
  app.listener<Watch>();
  const std::string watch = app.settings().get("group").value + ".Watch";
  const std::vector<DeadLetter> letters{letter_of("t-1"), letter_of("t-2")};
  EXPECT_EQ(app.dead_letters().park(watch, letters, {}), 2U);
  std::string printed;
  EXPECT_EQ(run_command(app, {"dlq", "ls", "--json"}, printed), 0);
  EXPECT_NE(printed.find("\"t-1\""), std::string::npos) << printed;
  EXPECT_EQ(run_command(app, {"dlq", "show", "Watch", "t-1", "--payload", "--json"}, printed), 0);
  EXPECT_NE(printed.find("printer"), std::string::npos) << printed;
}

// A new process cannot know whether a claim that it sees for the first time is of a living one.
TEST(DynamoDbApp, a_change_by_hand_outwaits_the_claim_of_a_dead_process) {
  const TestTables tables;
  App app{"helpdesk", environment_of(tables.options(), "none:")};
  app.listener<Watch>();
  const std::string watch = app.settings().get("group").value + ".Watch";
  const std::vector<DeadLetter> letters{letter_of("t-1")};
  DynamoDbStore other{tables.options()};
  EXPECT_EQ(other.dead_letters().park(watch, letters, {}), 1U);
  const auto dead = other.dead_letters().claim(watch, "t-1", "host-9:1", std::chrono::milliseconds{100});
  ASSERT_TRUE(dead);
  std::string printed;
  EXPECT_EQ(run_command(app, {"dlq", "purge", "Watch", "t-1", "--why", "a test", "--yes"}, printed), 0) << printed;
  EXPECT_FALSE(other.dead_letters().renew(*dead, std::chrono::milliseconds{100}));
  EXPECT_EQ(other.dead_letters().changes(watch, "t-1", 0, 10).size(), 1U);
}

TEST(DynamoDbApp, says_what_a_table_of_events_cannot_do) {
  const TestTables tables;
  std::string what;
  App app{"helpdesk", environment_of(tables.options(), "embedded:")};
  app.listener<Watch>();
  EXPECT_EQ(code_of([&] { (void)app.runner(); }, &what), Errc::invalid_config);
  EXPECT_NE(what.find("brings no events to handlers; use broker kafka:"), std::string::npos) << what;

  App quiet{"helpdesk", environment_of(tables.options(), "none:")};
  quiet.listener<Watch>();
  std::stop_source stop;
  stop.request_stop();
  quiet.run(stop.get_token());  // nothing comes, and it ends when told to
}

struct TicketCount {
  int opened = 0;
};
struct Titles : Projector<TicketEvents> {
  explicit Titles(ReadTables& tables) : table{tables, "titles"} {}
  ReadTables& read_model() { return table.tables(); }
  void reset() { table.clear(); }
  void on(const TicketOpened& event) { table.add(event.title, &TicketCount::opened, 1); }
  ReadTable<TicketCount> table;
};

// The handler gets its tables before anything is known of the store.
TEST(DynamoDbApp, keeps_read_tables_beside_the_events) {
  const TestTables tables;
  App app{"helpdesk", environment_of(tables.options(), "none:")};
  app.aggregate<Ticket>();
  const Titles& titles = app.projector<Titles>(app.read_tables());
  Repository<Ticket> tickets{app.store()};
  for (const char* id : {"t-1", "t-2", "t-3"}) tickets.execute(id, [](Ticket& ticket) { ticket.open("printer"); });
  EXPECT_FALSE(titles.table.find("printer"));
  (void)app.replay({})->run();
  EXPECT_EQ(titles.table.find("printer").value().opened, 3);
  DynamoDbStore store{tables.options()};
  EXPECT_EQ(store.read_tables().find("titles", "printer"), R"({"opened":3})");

  std::string what;
  EXPECT_EQ(code_of([&] { app.read_model().execute("CREATE TABLE t(a)"); }, &what), Errc::unsupported);
  EXPECT_NE(what.find("app.read_tables()"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold::test_dynamodb
