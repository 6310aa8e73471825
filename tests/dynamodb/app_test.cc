// An App whose store is DynamoDB by its settings alone.
#include <gtest/gtest.h>

#include <stop_token>
#include <string>

#include <leftfold/app.h>
#include <leftfold/cli.h>

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

TEST(DynamoDbApp, says_what_a_table_of_events_cannot_do) {
  const TestTables tables;
  std::string what;
  App app{"helpdesk", environment_of(tables.options(), "embedded:")};
  app.listener<Watch>();
  EXPECT_EQ(code_of([&] { (void)app.runner(); }, &what), Errc::invalid_config);
  EXPECT_NE(what.find("brings no events to handlers; use broker kafka:"), std::string::npos) << what;
  EXPECT_EQ(code_of([&] { (void)app.dead_letters(); }, &what), Errc::unsupported);
  EXPECT_NE(what.find("dead letters"), std::string::npos) << what;

  App quiet{"helpdesk", environment_of(tables.options(), "none:")};
  quiet.listener<Watch>();
  std::stop_source stop;
  stop.request_stop();
  quiet.run(stop.get_token());  // nothing comes, and it ends when told to
}

}  // namespace
}  // namespace leftfold::test_dynamodb
