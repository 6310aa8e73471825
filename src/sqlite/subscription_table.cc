// SPDX-License-Identifier: Apache-2.0
#include "sqlite/subscription_table.h"

#include <string>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {

SubscriptionTable::SubscriptionTable(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared,
                                     std::chrono::milliseconds lock_timeout)
    : shared_{std::move(shared)}, lock_timeout_{lock_timeout}, connection_{std::move(connection)} {
  Connection& c = *connection_;
  c.execute("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -256");
  find_ = {c, "SELECT id FROM subscriptions WHERE name = ?1"};
  add_ = {c, "INSERT INTO subscriptions(name, checkpoint, epoch) VALUES(?1, NULL, 0) ON CONFLICT DO NOTHING"};
  set_first_ = {c, "UPDATE subscriptions SET checkpoint = ?2 WHERE id = ?1 AND checkpoint IS NULL"};
  assign_ = {c, "UPDATE subscriptions SET epoch = epoch + 1 WHERE id = ?1 RETURNING epoch, checkpoint"};
  store_ = {c, "UPDATE subscriptions SET checkpoint = ?3 WHERE id = ?1 AND epoch = ?2"};
}

WriterGate::Hold SubscriptionTable::enter() {
  auto hold = shared_->gate.enter(lock_timeout_, connection_->file());
  connection_->check_file_in_place();
  return hold;
}

std::int64_t SubscriptionTable::open(std::string_view name, std::optional<Position> first_checkpoint) {
  const std::lock_guard lock{mutex_};
  const auto find = [&] {
    find_.bind(1, name);
    const ResetAtEnd reset{find_};
    return find_.step() ? find_.integer(0) : 0;
  };
  std::int64_t id = find();
  if (id == 0) {
    const auto hold = enter();
    add_.bind(1, name);
    add_.run();
    id = find();
  }
  if (first_checkpoint) {
    const auto hold = enter();
    set_first_.bind(1, id);
    set_first_.bind(2, first_checkpoint->value());
    set_first_.run();
  }
  return id;
}

SubscriptionTable::Assigned SubscriptionTable::assign(std::int64_t subscription) {
  const std::lock_guard lock{mutex_};
  const auto hold = enter();
  assign_.bind(1, subscription);
  const ResetAtEnd reset{assign_};
  if (!assign_.step()) {
    throw Error{Errc::corrupt, std::string{connection_->file()} + ": the row " + std::to_string(subscription) +
                                   " of `subscriptions` has gone while its subscription was open; restart the program"};
  }
  const Assigned assigned{assign_.integer(0), Position{assign_.integer(1)}};  // NULL reads as 0, the start
  assign_.run();
  return assigned;
}

bool SubscriptionTable::store(std::int64_t subscription, std::int64_t epoch, Position done) {
  const std::lock_guard lock{mutex_};
  const auto hold = enter();
  store_.bind(1, subscription);
  store_.bind(2, epoch);
  store_.bind(3, done.value());
  store_.run();
  return sqlite3_changes(connection_->handle()) == 1;
}

}  // namespace leftfold::inline v0::sqlite
