// SPDX-License-Identifier: Apache-2.0
#include "sqlite/event_writer.h"

#include <algorithm>
#include <utility>

#include "sqlite/schema.h"

namespace leftfold::inline v0::sqlite {

EventWriter::EventWriter(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared, Options options)
    : options_{options},
      transaction_{std::move(connection), std::move(shared), {options.lock_timeout, options.log}},
      connection_{&transaction_.connection()} {
  Connection& c = *connection_;
  c.execute("PRAGMA cache_size = -16384; PRAGMA cell_size_check = ON");
  data_version_ = {c, "PRAGMA data_version"};
  last_event_ = {c, "SELECT global_position, committed_at FROM events ORDER BY global_position DESC LIMIT 1"};
  find_stream_ = {c, "SELECT id, (SELECT max(version) FROM events WHERE stream = id) FROM streams WHERE name = ?1"};
  add_stream_ = {c, "INSERT INTO streams(name) VALUES(?1)"};
  add_event_ = {
      c,
      "INSERT INTO events(global_position, stream, version, event_id, type, payload, metadata, committed_at, "
      "schema_version, commit_id, commit_pos, commit_size) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
  find_command_ = {c, "SELECT version, position, events, committed_at FROM commands WHERE stream = ?1 AND key = ?2"};
  add_command_ = {c,
                  "INSERT INTO commands(stream, key, version, position, events, committed_at) "
                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
  // Replaces SQLite's own checkpoint inside COMMIT: finish() does it when nobody waits any more.
  sqlite3_wal_hook(
      c.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<EventWriter*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

void EventWriter::begin() {
  transaction_.begin();
  try {
    refresh();
  } catch (...) {
    undo();
    throw;
  }
}

void EventWriter::refresh() {
  now_ = options_.clock->now().time_since_epoch().count();
  data_version_.step();
  const std::int64_t data_version = data_version_.integer(0);
  data_version_.reset();
  if (data_version != seen_data_version_) {  // another connection wrote
    heads_.forget();
    const ResetAtEnd reset{last_event_};
    const bool any = last_event_.step();
    position_ = any ? last_event_.integer(0) : 0;
    committed_at_ = any ? last_event_.integer(1) : 0;
    seen_data_version_ = data_version;
  }
  now_ = std::max(now_, committed_at_);
}

AppendResult EventWriter::apply(const AppendRequest& request, std::optional<Timestamp> recorded_at) {
  StreamHead& head = head_of(request.aggregate_id);
  if (!request.idempotency_key.empty() && head.stream != 0) {
    if (const Appended* first = first_result(head.stream, request)) return *first;
  }
  if (Version{head.version} != request.expected) return Conflict{Version{head.version}};
  if (head.stream == 0) {
    add_stream_.bind(1, request.aggregate_id);
    add_stream_.run();
    head.stream = sqlite3_last_insert_rowid(connection_->handle());
  }
  const Timestamp committed_at = recorded_at ? *recorded_at : Timestamp{std::chrono::milliseconds{now_}};
  note_time(committed_at.time_since_epoch().count());
  insert_events(request, head, committed_at.time_since_epoch().count());
  head.version += static_cast<std::int64_t>(request.events.size());
  Appended result;
  result.version = Version{head.version};
  result.position = request.events.empty() ? Position::start() : Position{position_};
  result.events = request.events.size();
  result.committed_at = committed_at;
  if (!request.idempotency_key.empty()) insert_command(request, head.stream, result);
  return result;
}

StreamHead& EventWriter::head_of(std::string_view aggregate_id) {
  if (StreamHead* known = heads_.find(aggregate_id)) return *known;
  StreamHead head;
  find_stream_.bind(1, aggregate_id);
  const ResetAtEnd reset{find_stream_};
  if (find_stream_.step()) {
    head.stream = find_stream_.integer(0);
    if (!find_stream_.is_null(1)) head.version = find_stream_.integer(1);
  }
  return heads_.put(aggregate_id, head);
}

const Appended* EventWriter::first_result(std::int64_t stream, const AppendRequest& request) {
  find_command_.bind(1, stream);
  find_command_.bind(2, request.idempotency_key);
  const ResetAtEnd reset{find_command_};
  if (!find_command_.step()) return nullptr;
  repeated_.version = Version{find_command_.integer(0)};
  repeated_.position = Position{find_command_.integer(1)};
  repeated_.events = static_cast<std::size_t>(find_command_.integer(2));
  repeated_.committed_at = Timestamp{std::chrono::milliseconds{find_command_.integer(3)}};
  repeated_.repeated = true;
  return &repeated_;
}

void EventWriter::insert_events(const AppendRequest& request, const StreamHead& head, std::int64_t committed_at) {
  add_event_.bind(2, head.stream);
  add_event_.bind(8, committed_at);
  add_event_.bind(12, static_cast<std::int64_t>(request.events.size()));
  std::int64_t pos = 0;
  for (const NewEvent& event : request.events) {
    add_event_.bind(1, position_ + 1);
    add_event_.bind(3, head.version + 1 + pos);
    add_event_.bind(4, event.id);
    add_event_.bind(5, event.type);
    add_event_.bind(6, event.payload);
    event.metadata.empty() ? add_event_.bind_null(7) : add_event_.bind(7, event.metadata);
    add_event_.bind(9, std::int64_t{event.schema_version});
    pos == 0 ? add_event_.bind_null(10) : add_event_.bind(10, request.events.front().id);
    add_event_.bind(11, pos);
    add_event_.run();
    ++pos;
    ++position_;
    committed_at_ = committed_at;
  }
}

/// Imports alone bring events that are older than the one before them.
void EventWriter::note_time(std::int64_t committed_at) {
  if (position_ == 0 || committed_at >= committed_at_ || noted_earlier_) return;
  connection_->execute(kEarlierTimesTable);
  noted_earlier_ = true;
}

void EventWriter::insert_command(const AppendRequest& request, std::int64_t stream, const Appended& result) {
  add_command_.bind(1, stream);
  add_command_.bind(2, request.idempotency_key);
  add_command_.bind(3, result.version.value());
  add_command_.bind(4, result.position.value());
  add_command_.bind(5, static_cast<std::int64_t>(result.events));
  add_command_.bind(6, now_);
  add_command_.run();
}

void EventWriter::commit() {
  try {
    transaction_.commit();
  } catch (...) {
    forget();
    throw;
  }
}

void EventWriter::undo() noexcept {
  transaction_.undo();
  forget();
}

/// What was learned in a transaction that is undone may be wrong.
void EventWriter::forget() noexcept {
  heads_.forget();
  seen_data_version_ = -1;
  noted_earlier_ = false;
}

void EventWriter::finish() noexcept {
  if (log_pages_ >= options_.checkpoint_pages) {
    // A failure loses nothing: the events are in the log, and the next commit tries again.
    sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    log_pages_ = 0;
  }
  transaction_.leave();
}

}  // namespace leftfold::inline v0::sqlite
