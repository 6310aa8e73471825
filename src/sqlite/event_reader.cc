// SPDX-License-Identifier: Apache-2.0
#include "sqlite/event_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>

namespace leftfold::inline v0::sqlite {
namespace {

constexpr std::size_t kMostEventsInPage = 65'536;
constexpr std::size_t kMostTextInPage = std::size_t{16} << 20;  // a page ends early then, so that memory stays bounded

constexpr std::string_view kReadStream =
    "SELECT global_position, stream, version, event_id, type, payload, metadata, committed_at, schema_version, "
    "commit_id, commit_pos, commit_size FROM events WHERE stream = ?1 AND version >= ?2 ORDER BY version LIMIT ?3";
constexpr std::string_view kReadAll =
    "SELECT global_position, stream, version, event_id, type, payload, metadata, committed_at, schema_version, "
    "commit_id, commit_pos, commit_size FROM events WHERE global_position > ?1 ORDER BY global_position LIMIT ?2";

std::size_t page_limit(std::size_t max) { return std::clamp<std::size_t>(max, 1, kMostEventsInPage); }

// Rows that something else wrote may hold anything. What is too large for its type stays large: cut to its low bits, a
// newer schema version would look like an old one.
constexpr std::int64_t kYear0 = -62'167'219'200'000;     // 0000-01-01T00:00:00Z in ms, the first RFC 3339 can say
constexpr std::int64_t kYear9999 = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z, the last
std::int32_t narrow(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, INT32_MIN, INT32_MAX));
}

/// Where the row stands, as far as plain numbers tell.
RecordedEvent place_of(const Statement& row) {
  RecordedEvent event;
  event.position = Position{row.integer(0)};
  event.version = Version{row.integer(2)};
  event.committed_at = Timestamp{std::chrono::milliseconds{std::clamp(row.integer(7), kYear0, kYear9999)}};
  return event;
}

/// The row as an event whose texts are the statement's, without the aggregate's id.
RecordedEvent event_of(const Statement& row) {
  RecordedEvent event = place_of(row);
  event.id = row.uuid(3);
  event.type = row.text(4);
  event.payload = row.text(5);
  event.metadata = row.text(6);
  event.schema_version = narrow(row.integer(8));
  event.commit_pos = narrow(row.integer(10));
  event.commit_size = narrow(row.integer(11));
  event.commit_id = event.commit_pos == 0 ? event.id : row.uuid(9);
  return event;
}

std::size_t text_size(const RecordedEvent& event) {
  return event.type.size() + event.payload.size() + event.metadata.size() + event.aggregate_id.size();
}

}  // namespace

std::string_view StreamNames::name(std::int64_t stream, std::string_view file) {
  if (slots_.empty()) slots_.resize(kSlots);
  Slot& slot = slots_[static_cast<std::size_t>(stream) % kSlots];
  if (slot.stream == stream) return slot.name;
  find_.bind(1, stream);
  const ResetAtEnd reset{find_};
  if (!find_.step()) {
    throw Error{Errc::corrupt, std::string{file} + ": events of stream " + std::to_string(stream) +
                                   " have no row in `streams`; restore a backup"};
  }
  slot.name.assign(find_.text(0));
  slot.stream = stream;
  return slot.name;
}

EventReader::EventReader(std::unique_ptr<Connection> connection)
    : connection_{std::move(connection)}, names_{*connection_} {
  Connection& c = *connection_;
  // Mapped memory instead of a page cache: scattered reads are 1.4 to 1.6 times as fast (docs/format/sqlite.md).
  c.execute("PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -2048; PRAGMA query_only = ON");
  find_stream_ = {c, "SELECT id FROM streams WHERE name = ?1"};
  read_stream_ = {c, kReadStream};
  read_all_ = {c, kReadAll};
  head_ = {c, "SELECT max(global_position) FROM events"};
  find_checkpoint_ = {c, "SELECT checkpoint FROM subscriptions WHERE name = ?1"};
  find_command_ = {c, "SELECT version, position, events, committed_at FROM commands WHERE stream = ?1 AND key = ?2"};
}

std::int64_t EventReader::stream_of(std::string_view aggregate_id) {
  find_stream_.bind(1, aggregate_id);
  const ResetAtEnd reset{find_stream_};
  return find_stream_.step() ? find_stream_.integer(0) : 0;
}

EventPage EventReader::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  connection_->check_file_in_place();
  EventPage page;
  const std::int64_t stream = stream_of(aggregate_id);
  const std::size_t limit = page_limit(max);
  Version expected{std::max<std::int64_t>(from.value(), 0)};
  page.reserve(std::min<std::size_t>(limit, 128), 0);
  read_stream_.bind(1, stream);
  read_stream_.bind(2, expected.value());
  read_stream_.bind(3, static_cast<std::int64_t>(limit + 1));  // one more tells whether the page is the last
  const ResetAtEnd reset{read_stream_};
  std::size_t text = 0;
  while (read_stream_.step()) {
    if (page.size() == limit || text > kMostTextInPage) return page;
    RecordedEvent event = event_of(read_stream_);
    if (event.version != expected) {
      throw Error{Errc::corrupt, std::string{connection_->file()} + ": aggregate \"" + std::string{aggregate_id} +
                                     "\" lacks version " + std::to_string(expected.value()) +
                                     " (the next one found is " + std::to_string(event.version.value()) +
                                     "); restore a backup"};
    }
    expected = expected.next();
    event.aggregate_id = aggregate_id;
    text += text_size(event);
    page.add(event);
  }
  page.set_at_end(true);
  return page;
}

RecordedEvent EventReader::of_any_aggregate(const Statement& row) {
  RecordedEvent event = event_of(row);
  event.aggregate_id = names_.name(row.integer(1), connection_->file());
  return event;
}

// Of the row what can be read, with the reason in `metadata`, which the event needs.
RecordedEvent EventReader::unreadable(const Statement& row, const std::string& why, std::string& metadata) {
  RecordedEvent event = place_of(row);
  try {
    event.aggregate_id = names_.name(row.integer(1), connection_->file());
  } catch (const Error& error) {
    if (error.code() != Errc::corrupt) throw;  // nobody knows whose it is
  }
  metadata = to_json(std::map<std::string, std::string>{{"unreadable", why}});
  event.type = kUnreadable;
  event.payload = row.text(5);
  event.metadata = metadata;
  return event;
}

EventPage EventReader::read_all(Position after, std::size_t max, Undecodable undecodable) {
  connection_->check_file_in_place();
  EventPage page;
  const std::size_t limit = page_limit(max);
  if (after.value() == INT64_MAX) {  // there is no position after it
    page.set_at_end(true);
    return page;
  }
  Position expected{std::max<std::int64_t>(after.value(), 0) + 1};
  read_all_.bind(1, expected.value() - 1);
  read_all_.bind(2, static_cast<std::int64_t>(limit + 1));
  const ResetAtEnd reset{read_all_};
  std::size_t text = 0;
  std::string metadata;
  while (read_all_.step()) {
    if (page.size() == limit || text > kMostTextInPage) return page;
    if (const Position found{read_all_.integer(0)}; found != expected) {
      throw Error{Errc::corrupt, std::string{connection_->file()} + ": no event at position " +
                                     std::to_string(expected.value()) + " (the next one found is " +
                                     std::to_string(found.value()) + "); restore a backup"};
    }
    expected = expected.next();
    RecordedEvent event;
    try {
      event = of_any_aggregate(read_all_);
    } catch (const Error& error) {
      if (undecodable == Undecodable::fail || error.code() != Errc::corrupt) throw;
      event = unreadable(read_all_, error.what(), metadata);
    }
    text += text_size(event);
    page.add(event);
  }
  page.set_at_end(true);
  return page;
}

Position EventReader::head() {
  connection_->check_file_in_place();
  const ResetAtEnd reset{head_};
  return head_.step() ? Position{head_.integer(0)} : Position::start();
}

Position EventReader::checkpoint(std::string_view subscription) {
  connection_->check_file_in_place();
  find_checkpoint_.bind(1, subscription);
  const ResetAtEnd reset{find_checkpoint_};
  return find_checkpoint_.step() ? Position{find_checkpoint_.integer(0)} : Position::start();  // NULL reads as 0
}

bool EventReader::has_read_models() { return has_table("leftfold_projections"); }

bool EventReader::is_in_time_order() {
  connection_->check_file_in_place();
  return !has_table("leftfold_earlier_times");
}

bool EventReader::has_table(std::string_view name) {
  Statement tables{*connection_, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1"};
  tables.bind(1, name);
  return tables.step();
}

std::vector<StoredSubscription> EventReader::projections() {
  connection_->check_file_in_place();
  std::vector<StoredSubscription> all;
  if (!has_read_models()) return all;
  // Below 0: the tables are made, but nothing of this partition is in them.
  Statement list{*connection_, "SELECT projector, checkpoint FROM leftfold_projections WHERE checkpoint >= 0"};
  while (list.step()) all.push_back({std::string{list.text(0)}, Position{list.integer(1)}});
  return all;
}

std::vector<StoredSubscription> EventReader::subscriptions() {
  connection_->check_file_in_place();
  // A read model in this file keeps the checkpoint of its projector, by the handler's name alone.
  const bool read_models = has_read_models();
  Statement list{*connection_,
                 read_models
                     ? "SELECT name, coalesce(checkpoint, (SELECT max(p.checkpoint) FROM leftfold_projections p "
                       "WHERE substr(name, -length(p.projector) - 1) = '.' || p.projector)) "
                       "FROM subscriptions ORDER BY name"
                     : "SELECT name, checkpoint FROM subscriptions ORDER BY name"};
  std::vector<StoredSubscription> all;
  while (list.step()) {
    StoredSubscription& each = all.emplace_back();
    each.name = list.text(0);
    if (!list.is_null(1)) each.done = Position{list.integer(1)};
  }
  return all;
}

std::optional<Appended> EventReader::find_append(std::string_view aggregate_id, std::string_view key) {
  connection_->check_file_in_place();
  find_command_.bind(1, stream_of(aggregate_id));
  find_command_.bind(2, key);
  const ResetAtEnd reset{find_command_};
  if (!find_command_.step()) return std::nullopt;
  Appended first;
  first.version = Version{find_command_.integer(0)};
  first.position = Position{find_command_.integer(1)};
  first.events = static_cast<std::size_t>(find_command_.integer(2));
  first.committed_at = Timestamp{std::chrono::milliseconds{find_command_.integer(3)}};
  first.repeated = true;
  return first;
}

std::unique_ptr<EventReader> ReaderPool::get() {
  if (auto reader = idle_.take()) return reader;
  auto connection = std::make_unique<Connection>(file_, Access::read_only, lock_timeout_);
  shared_->check_found_at(file_);
  return std::make_unique<EventReader>(std::move(connection));
}

}  // namespace leftfold::inline v0::sqlite
