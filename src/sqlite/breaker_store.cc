// SPDX-License-Identifier: Apache-2.0
#include "sqlite/breaker_store.h"

#include <string>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {
namespace {

using State = BreakerRecord::State;
using std::chrono::milliseconds;

State state_of(std::string_view name) {
  for (const State state : {State::closed, State::open, State::half_open, State::forced_open, State::disabled}) {
    if (name == to_string(state)) return state;
  }
  throw Error{Errc::corrupt, "leftfold_breakers: no state \"" + std::string{name} + "\"; correct the row"};
}

BreakerRecord record_of(const Statement& row) {
  BreakerRecord record;
  record.name = row.text(0);
  record.revision = row.integer(1);
  record.state = state_of(row.text(2));
  record.open_for = milliseconds{row.integer(3)};
  record.reopened = static_cast<std::uint64_t>(row.integer(4));
  if (!row.is_null(5)) record.probe = row.uuid(5);
  record.prober = row.text(6);
  record.probe_for = milliseconds{row.integer(7)};
  record.by = row.bytes(8);
  record.why = row.bytes(9);
  record.changed_at = Timestamp{milliseconds{row.integer(10)}};
  return record;
}

}  // namespace

SqliteBreakers::Sql::Sql(Connection& connection)
    : connection_{connection},
      insert_{connection,
              "INSERT INTO leftfold_breakers(name, revision, state, open_for, reopened, probe, prober, probe_for, who, "
              "why, changed_at) VALUES(?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING"},
      update_{connection,
              "UPDATE leftfold_breakers SET revision = ?2 + 1, state = ?3, open_for = ?4, reopened = ?5, probe = ?6, "
              "prober = ?7, probe_for = ?8, who = ?9, why = ?10, changed_at = ?11 WHERE name = ?1 AND revision = ?2"},
      forget_nodes_{connection, "DELETE FROM leftfold_breaker_nodes WHERE breaker = ?1"},
      insert_node_{connection,
                   "INSERT INTO leftfold_breaker_nodes(breaker, node, votes, beat, lasts) VALUES(?1, ?2, ?3, ?4, ?5)"} {
}

bool SqliteBreakers::Sql::replace(const BreakerRecord& record) {
  Statement& change = record.revision == 0 ? insert_ : update_;
  change.bind(1, record.name);
  change.bind(2, record.revision);
  change.bind(3, to_string(record.state));
  change.bind(4, std::int64_t{record.open_for.count()});
  change.bind(5, static_cast<std::int64_t>(record.reopened));
  if (record.probe) {
    change.bind(6, *record.probe);
  } else {
    change.bind_null(6);
  }
  change.bind(7, record.prober);
  change.bind(8, std::int64_t{record.probe_for.count()});
  change.bind_bytes(9, record.by);
  change.bind_bytes(10, record.why);
  change.bind(11, std::int64_t{record.changed_at.time_since_epoch().count()});
  change.run();
  if (sqlite3_changes(connection_.handle()) == 0) return false;
  forget_nodes_.bind(1, record.name);
  forget_nodes_.run();
  for (const auto& [node, word] : record.nodes) {
    insert_node_.bind(1, record.name);
    insert_node_.bind(2, node);
    insert_node_.bind(3, std::int64_t{word.votes ? 1 : 0});
    insert_node_.bind(4, word.beat);
    insert_node_.bind(5, std::int64_t{word.lasts.count()});
    insert_node_.run();
  }
  return true;
}

SqliteBreakers::SqliteBreakers(const FileAccess& access)
    : writer_{access.waiting_at_most(kLongestWait)},
      reader_{access.waiting_at_most(kLongestWait), "leftfold_breakers"} {}

BreakerRecord SqliteBreakers::read(std::string_view name) {
  std::vector<BreakerRecord> found = records(name);
  if (!found.empty()) return std::move(found.front());
  BreakerRecord none;
  none.name = name;
  return none;
}

std::vector<BreakerRecord> SqliteBreakers::list() { return records(std::nullopt); }

bool SqliteBreakers::write(const BreakerRecord& record) {
  validate(record);
  return writer_.transact([&](Sql& sql) { return sql.replace(record); });
}

// In one statement, so that a record and its nodes are of one moment.
std::vector<BreakerRecord> SqliteBreakers::records(std::optional<std::string_view> name) {
  return reader_.with([&](Connection& connection) {
    Statement rows{connection,
                   "SELECT name, revision, state, open_for, reopened, probe, prober, probe_for, who, why, changed_at, "
                   "node, votes, beat, lasts FROM leftfold_breakers LEFT JOIN leftfold_breaker_nodes ON breaker = name "
                   "WHERE ?1 IS NULL OR name = ?1 ORDER BY name, node"};
    if (name) rows.bind(1, *name);
    const ResetAtEnd reset{rows};
    std::vector<BreakerRecord> found;
    while (rows.step()) {
      if (found.empty() || found.back().name != rows.text(0)) found.push_back(record_of(rows));
      if (rows.is_null(11)) continue;
      found.back().nodes[std::string{rows.text(11)}] = {rows.integer(12) != 0, rows.integer(13),
                                                        milliseconds{rows.integer(14)}};
    }
    return found;
  });
}

}  // namespace leftfold::inline v0::sqlite
