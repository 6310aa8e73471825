// SPDX-License-Identifier: Apache-2.0
#include <leftfold/sqlite.h>

#include <filesystem>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/breaker_store.h"
#include "sqlite/connection.h"
#include "sqlite/control_store.h"
#include "sqlite/dead_letter_store.h"
#include "sqlite/event_reader.h"
#include "sqlite/event_writer.h"
#include "sqlite/feed_subscription.h"
#include "sqlite/file_care.h"
#include "sqlite/group_committer.h"
#include "sqlite/schema.h"
#include "sqlite/shared_file.h"
#include "sqlite/snapshot_store.h"
#include "sqlite/subscription_table.h"

namespace leftfold::inline v0 {

using sqlite::Access;
using sqlite::Connection;
using sqlite::EventReader;

class SqliteStore::Impl {
 public:
  explicit Impl(SqliteOptions options)
      : options_{std::move(options)},
        access_{options_.mode == SqliteOptions::Mode::read_only ? Access::read_only : Access::read_write},
        file_{open_file()},
        shared_{sqlite::SharedFile::of(file_)},
        dead_letters_{side_access()},
        controls_{side_access()},
        breakers_{side_access()},
        snapshots_{side_access()},
        readers_{file_, shared_, options_.lock_timeout} {
    if (access_ == Access::read_only) {
      (void)head();  // what a reader may not do fails here and not at the first read
      return;
    }
    const sqlite::EventWriter::Options writer{options_.lock_timeout, options_.wal_autocheckpoint_pages, options_.clock,
                                              options_.log};
    writer_ = std::make_unique<sqlite::EventWriter>(connect(), shared_, writer);
    table_ = std::make_unique<sqlite::SubscriptionTable>(connect(), shared_, options_.lock_timeout);
    committer_ = std::make_unique<sqlite::GroupCommitter>(*writer_, shared_->commits, options_.max_group_events);
  }

  /// Throws Error unless an append may be tried on this thread now.
  void check_append(const AppendRequest& request) const {
    validate(request);
    if (committer_ == nullptr) {
      throw Error{Errc::permission_denied, file_.string() + ": is open read-only; open it for writing to append"};
    }
  }

  AppendResult append(const AppendRequest& request) {
    check_append(request);
    shared_->gate.check_not_held_here(file_.native());
    return committer_->append(request);
  }

  std::future<AppendResult> append_async(AppendRequest request) {
    check_append(request);
    return committer_->append_async(std::move(request));
  }

  std::vector<AppendResult> import_commits(std::vector<RecordedCommit> commits) {
    std::vector<std::pair<AppendRequest, Timestamp>> requests;  // all are checked before the first is stored
    for (RecordedCommit& commit : commits) {
      const Timestamp recorded_at = commit.committed_at;
      check_append(requests.emplace_back(request_of(std::move(commit)), recorded_at).first);
    }
    shared_->gate.check_not_held_here(file_.native());
    std::vector<std::future<AppendResult>> pending;
    for (auto& [request, recorded_at] : requests) {
      pending.push_back(committer_->append_async(std::move(request), recorded_at));
    }
    for (const auto& each : pending) each.wait();  // nothing of this call happens after it, also when one failed
    std::vector<AppendResult> results;
    for (auto& each : pending) results.push_back(each.get());
    return results;
  }

  template <class Read>
  auto read(Read read) {
    return readers_.with(std::move(read));
  }

  Position head() {
    return readers_.with([](EventReader& reader) { return reader.head(); });
  }

  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) {
    return std::make_unique<sqlite::FeedSubscription>(
        sqlite::FeedAccess{file_, readers_, table_.get(), shared_, options_.clock}, options);
  }

  /// A connection of its own: one that is read with for long would be missed by others.
  template <class Look>
  auto look_at_file(Look look) const {
    Connection connection{file_, Access::read_only, options_.lock_timeout};
    shared_->check_found_at(file_);
    return look(connection);
  }

  const std::string& file() const noexcept { return file_.native(); }
  DeadLetterStore& dead_letters() noexcept { return dead_letters_; }
  ControlStore& controls() noexcept { return controls_; }
  BreakerStore& breakers() noexcept { return breakers_; }
  SnapshotStore& snapshots() noexcept { return snapshots_; }

 private:
  /// Sets the file up and returns its real path.
  std::filesystem::path open_file() const {
    const std::filesystem::path path = sqlite::checked_path(options_.file, access_);
    Connection connection{path, access_, options_.lock_timeout};
    sqlite::open_store(connection, access_, options_.lock_timeout);
    return std::filesystem::canonical(path);
  }
  std::unique_ptr<Connection> connect() const {
    auto connection = std::make_unique<Connection>(file_, access_, options_.lock_timeout);
    shared_->check_found_at(file_);
    return connection;
  }

  sqlite::FileAccess side_access() const {
    return {file_, access_, shared_, options_.lock_timeout, options_.clock, options_.log};
  }

  const SqliteOptions options_;
  const Access access_;
  const std::filesystem::path file_;
  const std::shared_ptr<sqlite::SharedFile> shared_;
  std::unique_ptr<sqlite::EventWriter> writer_;  // null when read-only, as the next two
  std::unique_ptr<sqlite::SubscriptionTable> table_;
  std::unique_ptr<sqlite::GroupCommitter> committer_;  // uses the writer
  sqlite::SqliteDeadLetters dead_letters_;
  sqlite::SqliteControls controls_;
  sqlite::SqliteBreakers breakers_;
  sqlite::SqliteSnapshots snapshots_;
  // Closes first: the last connection to close writes the log back into the file, and one that only reads cannot.
  sqlite::ReaderPool readers_;
};

SqliteStore::SqliteStore(SqliteOptions options) : impl_{std::make_shared<Impl>(std::move(options))} {}
SqliteStore::~SqliteStore() = default;

AppendResult SqliteStore::append(const AppendRequest& request) { return impl_->append(request); }

std::future<AppendResult> SqliteStore::append_async(AppendRequest request) {
  return impl_->append_async(std::move(request));
}

bool SqliteStore::is_in_time_order() {
  return impl_->read([](EventReader& reader) { return reader.is_in_time_order(); });
}

std::vector<AppendResult> SqliteStore::import_commits(std::vector<RecordedCommit> commits) {
  return impl_->import_commits(std::move(commits));
}

EventPage SqliteStore::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  return impl_->read([&](EventReader& reader) { return reader.read_stream(aggregate_id, from, max); });
}

EventPage SqliteStore::read_all(Position after, std::size_t max) {
  return impl_->read([&](EventReader& reader) { return reader.read_all(after, max); });
}

Position SqliteStore::head() { return impl_->head(); }

std::optional<Appended> SqliteStore::find_append(std::string_view aggregate_id, std::string_view idempotency_key) {
  return impl_->read([&](EventReader& reader) { return reader.find_append(aggregate_id, idempotency_key); });
}

std::unique_ptr<Subscription> SqliteStore::subscribe(const SubscriptionOptions& options) {
  return impl_->subscribe(options);
}

Position SqliteStore::head(std::int32_t partition) { return partition == 0 ? head() : Position::start(); }

Position SqliteStore::checkpoint(std::string_view subscription) {
  return impl_->read([&](EventReader& reader) { return reader.checkpoint(subscription); });
}

std::vector<StoredSubscription> SqliteStore::subscriptions() {
  return impl_->read([](EventReader& reader) { return reader.subscriptions(); });
}

std::vector<StoredSubscription> SqliteStore::projections() {
  return impl_->read([](EventReader& reader) { return reader.projections(); });
}

DeadLetterStore& SqliteStore::dead_letters() noexcept { return impl_->dead_letters(); }

ControlStore& SqliteStore::controls() noexcept { return impl_->controls(); }

BreakerStore& SqliteStore::breakers() noexcept { return impl_->breakers(); }

SnapshotStore& SqliteStore::snapshots() noexcept { return impl_->snapshots(); }

const std::string& SqliteStore::file() const noexcept { return impl_->file(); }

SqliteFileInfo SqliteStore::file_info() { return impl_->look_at_file(sqlite::file_info); }

std::vector<std::string> SqliteStore::check_file(const std::stop_token& stop) {
  return impl_->look_at_file([&](Connection& connection) { return sqlite::check_file(connection, stop); });
}

bool SqliteStore::backup(const std::string& to, const BackupProgress& progress) {
  return impl_->look_at_file([&](Connection& connection) { return sqlite::backup(connection, to, progress); });
}

}  // namespace leftfold::inline v0
