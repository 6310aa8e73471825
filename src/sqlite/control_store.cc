// SPDX-License-Identifier: Apache-2.0
#include "sqlite/control_store.h"

#include "sqlite/dead_letter_rows.h"

namespace leftfold::inline v0::sqlite {
namespace {

void check_name(std::string_view subscription) {
  if (subscription.empty()) throw Error{Errc::invalid_argument, "controls: the subscription has no name"};
}

SubscriptionControl control_of(const Statement& row) {
  SubscriptionControl control;
  control.subscription = row.text(0);
  control.paused = row.integer(1) != 0;
  control.restarts = row.integer(2);
  control.by = row.bytes(3);
  control.why = row.bytes(4);
  control.at = time_of(row, 5);
  return control;
}

}  // namespace

SqliteControls::Sql::Sql(Connection& connection)
    : set_{connection,
           "INSERT INTO leftfold_controls(subscription, paused, restarts, who, why, at) VALUES(?1, ?2, 0, ?3, ?4, ?5) "
           "ON CONFLICT DO UPDATE SET paused = excluded.paused, who = excluded.who, why = excluded.why, "
           "at = excluded.at"},
      restart_{connection,
               "INSERT INTO leftfold_controls(subscription, paused, restarts, who, why, at) VALUES(?1, 0, 1, ?2, '', "
               "?3) ON CONFLICT DO UPDATE SET restarts = restarts + 1, who = excluded.who, at = excluded.at "
               "RETURNING restarts"} {}

void SqliteControls::Sql::set(std::string_view subscription, bool paused, std::string_view by, std::string_view why,
                              Timestamp at) {
  set_.bind(1, subscription);
  set_.bind(2, std::int64_t{paused ? 1 : 0});
  set_.bind_bytes(3, by);
  set_.bind_bytes(4, why);
  bind_time(set_, 5, at);
  set_.run();
}

std::int64_t SqliteControls::Sql::restart(std::string_view subscription, std::string_view by, Timestamp at) {
  restart_.bind(1, subscription);
  restart_.bind_bytes(2, by);
  bind_time(restart_, 3, at);
  std::int64_t restarts = 0;
  while (restart_.step()) restarts = restart_.integer(0);
  return restarts;
}

SqliteControls::SqliteControls(const FileAccess& access)
    : clock_{*access.clock}, writer_{access}, reader_{access, "leftfold_controls"} {}

SubscriptionControl SqliteControls::control(std::string_view subscription) {
  check_name(subscription);
  SubscriptionControl control = reader_.with([&](Connection& connection) {
    Statement row{connection,
                  "SELECT subscription, paused, restarts, who, why, at FROM leftfold_controls WHERE subscription = ?1"};
    row.bind(1, subscription);
    const ResetAtEnd reset{row};
    return row.step() ? control_of(row) : SubscriptionControl{};
  });
  control.subscription = subscription;
  return control;
}

std::vector<SubscriptionControl> SqliteControls::controls() {
  return reader_.with([](Connection& connection) {
    Statement rows{connection,
                   "SELECT subscription, paused, restarts, who, why, at FROM leftfold_controls ORDER BY subscription"};
    std::vector<SubscriptionControl> controls;
    while (rows.step()) controls.push_back(control_of(rows));
    return controls;
  });
}

void SqliteControls::set(std::string_view subscription, bool paused, std::string_view by, std::string_view why) {
  check_name(subscription);
  writer_.transact([&](Sql& sql) {
    sql.set(subscription, paused, by, why, clock_.now());
    return true;
  });
}

void SqliteControls::pause(std::string_view subscription, std::string_view by, std::string_view why) {
  set(subscription, true, by, why);
}

void SqliteControls::resume(std::string_view subscription, std::string_view by) { set(subscription, false, by, ""); }

std::int64_t SqliteControls::restart(std::string_view subscription, std::string_view by) {
  check_name(subscription);
  std::int64_t restarts = 0;
  writer_.transact([&](Sql& sql) {
    restarts = sql.restart(subscription, by, clock_.now());
    return true;
  });
  return restarts;
}

}  // namespace leftfold::inline v0::sqlite
