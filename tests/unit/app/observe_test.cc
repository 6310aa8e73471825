// SPDX-License-Identifier: Apache-2.0
// Health, metrics and traces of an App.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/error.h>

#include "app/health_parts.h"
#include "app/observe_settings.h"
#include "app/temporary_file.h"

namespace leftfold {
namespace {

constexpr const char* kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct OrderPlaced {};
struct OrderPaid {};
using OrderEvents = Events<OrderPlaced, OrderPaid>;
struct OrderState {
  void apply(const OrderPlaced&) {}
  void apply(const OrderPaid&) {}
};
struct Order : AggregateRoot<OrderState, OrderEvents> {
  using AggregateRoot::AggregateRoot;
  void place() { create_event(OrderPlaced{}); }
  void pay() { create_event(OrderPaid{}); }
};

/// Runs a command of its own, and keeps what it was told.
struct Pays : Listener<OrderEvents> {
  explicit Pays(App& a) : app{a} {}
  void on(const OrderPlaced&, const EventMetadata& meta) {
    keep(meta);
    CommandOptions options;
    options.context = CommandContext::caused_by(meta);
    app.repository<Order>().execute(meta.aggregate_id, [](Order& order) { order.pay(); }, options);
  }
  void on(const OrderPaid&, const EventMetadata& meta) { keep(meta); }
  void keep(const EventMetadata& meta) {
    const std::scoped_lock lock{mutex};
    seen[meta.event_type] = meta;
  }
  App& app;
  std::mutex mutex;
  std::map<std::string, EventMetadata> seen;
};

struct Request {
  std::map<std::string, std::string> headers;
  [[nodiscard]] std::string header(const char* name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? "" : at->second;
  }
};

struct Mailer {
  bool is_connected = true;
  [[nodiscard]] bool connected() const { return is_connected; }
};

void place(const Repository<Order>& orders, const std::string& id, const Request& request) {
  // [trace]
  leftfold::CommandOptions options;
  options.context.traceparent = request.header("traceparent");
  options.context.tracestate = request.header("tracestate");
  orders.execute(id, [](Order& order) { order.place(); }, options);
  // [/trace]
}

/// Handles all that is stored, and what handling it stores.
void handle_all(App& app) {
  Running handlers = app.start();
  for (Position head = Position::start(); head != app.store().head();) {
    head = app.store().head();
    ASSERT_TRUE(app.runner().wait_until_handled(head, {}, system_clock().instant() + std::chrono::seconds{30}));
  }
  handlers.finish();
}

TEST(Trace, GoesFromACommandThroughTheStoreToTheHandlersOwnCommand) {
  app::TemporaryFile file;
  for (const std::string& store : {std::string{"memory:"}, "sqlite:" + file.path().string()}) {
    App app{"orders", Settings::Environment{}};
    app.settings().set("store", store);
    app.aggregate<Order>();
    Pays& pays = app.listener<Pays>(app);
    place(app.repository<Order>(), "o-1", {{{"traceparent", kParent}, {"tracestate", "shop=1,other=2"}}});
    handle_all(app);
    ASSERT_EQ(pays.seen.size(), 2U) << store;
    const EventMetadata& placed = pays.seen.at("OrderPlaced");
    const EventMetadata& paid = pays.seen.at("OrderPaid");
    for (const EventMetadata* each : {&placed, &paid}) {
      EXPECT_EQ(each->traceparent, kParent);
      EXPECT_EQ(each->tracestate, "shop=1,other=2");
      EXPECT_TRUE(each->headers.empty());
    }
    EXPECT_EQ(paid.causation_id, placed.event_id.to_string());
    EXPECT_EQ(paid.correlation_id, placed.event_id.to_string());
  }
}

TEST(AppHealth, HasTheChecksOfAServiceAndItsOwn) {
  App app{"orders", Settings::Environment{}};
  app.settings().set("store", "memory:");
  app.aggregate<Order>();
  app.listener<Pays>(app);
  Mailer mailer;
  // [own_check]
  app.health().add("mailer", leftfold::HealthScope::ready, [&mailer]() -> leftfold::HealthAnswer {
    if (mailer.connected()) return {};
    return {leftfold::HealthState::failed, "the mail server does not answer"};
  });
  // [/own_check]
  const auto state_of = [&app](std::string_view name) {
    for (const CheckedHealth& each : app.health().check().checks) {
      if (each.name == name) return each.answer.state;
    }
    ADD_FAILURE() << "no check " << name;
    return HealthState::failed;
  };
  EXPECT_EQ(state_of("store"), HealthState::ok);
  EXPECT_EQ(state_of("broker"), HealthState::ok);
  EXPECT_EQ(state_of("head"), HealthState::ok);
  EXPECT_EQ(state_of("mailer"), HealthState::ok);
  EXPECT_EQ(state_of("handlers"), HealthState::failed) << "they do not run";
  mailer.is_connected = false;
  EXPECT_EQ(state_of("mailer"), HealthState::failed);
  EXPECT_EQ(app.health().check().state(HealthScope::live), HealthState::ok);
}

TEST(AppHealth, IsMetricsFromTheStart) {
  App app{"orders", Settings::Environment{}};
  app.settings().set("store", "memory:");
  app.aggregate<Order>();
  app.listener<Pays>(app);
  (void)app.health();
  const std::string text = app.metrics().prometheus();
  for (const char* line : {"leftfold_build_info{broker=\"embedded\",store=\"memory\",version=\"",
                           "leftfold_events_appended_total{aggregate=\"Order\",event_type=\"OrderPaid\"} 0\n",
                           "\nprocess_open_fds ", "\nprocess_start_time_seconds 1"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

/// Does not answer while `away`.
struct AwayStore final : EventStore {
  AppendResult append(const AppendRequest&) override { throw Error{Errc::unavailable, "away"}; }
  EventPage read_stream(std::string_view, Version, std::size_t) override {
    if (away) throw Error{Errc::unavailable, "the store is away"};
    return {};
  }
  EventPage read_all(Position, std::size_t) override { throw Error{Errc::unsupported, "no order"}; }
  Position head() override { throw Error{Errc::unsupported, "no order"}; }
  std::optional<Appended> find_append(std::string_view, std::string_view) override { return std::nullopt; }
  bool away = false;
};

TEST(AppHealth, AStoreThatIsAwayIsNotReady) {
  AwayStore store;
  Health health;
  app::add_store_check(health, store);
  EXPECT_EQ(health.check().state(HealthScope::ready), HealthState::ok);
  store.away = true;
  EXPECT_EQ(health.check().state(HealthScope::ready), HealthState::failed);
  EXPECT_EQ(health.check().checks[0].answer.text, "the store is away");
}

TEST(ObserveSettings, SayWhatIsWrong) {
  Settings settings{"orders", Settings::Environment{{"LEFTFOLD_METRICS_ADDR", "9464"}}};
  try {
    settings.validate();
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find("environment LEFTFOLD_METRICS_ADDR"), std::string::npos) << error.what();
  }
  settings.set("metrics_addr", "127.0.0.1:0", "flag --metrics-addr");
  settings.set("health.max_lag", "0");
  settings.set("health.max_stall", "90s");
  EXPECT_NO_THROW(settings.validate());
  EXPECT_EQ(app::health_limits(settings).max_lag, 0);
  EXPECT_EQ(app::health_limits(settings).max_stall, std::chrono::seconds{90});
  settings.set("metrics_addr", "", "flag --metrics-addr");
  EXPECT_THROW(settings.validate(), Error);
}

}  // namespace
}  // namespace leftfold
