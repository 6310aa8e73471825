// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/table_transaction.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/table_sweep.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;
using Reading = BufferedItems::Reading;

// What an event may write, of the 100 items of a transaction: the others are for the checkpoint and what the runtime
// notes of one event.
constexpr std::size_t kMostRows = 90;
// A transaction that has so much is committed before the next event: most events write few rows.
constexpr std::size_t kFullItems = kMostRows;
constexpr std::size_t kFullBytes = kMaxTransactionBytes / 4 * 3;
constexpr std::size_t kMostBytes = kMaxTransactionBytes - std::size_t{64} * 1024;

// Which of the items the service does not take, as it counts them only.
std::string refused_item(std::span<const ItemWrite> writes, const Refusal& refusal) {
  for (std::size_t i = 0; i < std::min(writes.size(), refusal.reasons.size()); ++i) {
    if (refusal.reasons[i].code != "ValidationError") continue;
    const ItemKey key = key_of(writes[i].item);
    return "read tables: item " + in_quotes(key.sort) + " of " + in_quotes(key.kind) +
           " does not take what was written (a number added to what is none? more than 400 KB?): ";
  }
  return {};
}

}  // namespace

void ThreadTransactions::begin(TableTransaction& transaction) {
  const std::scoped_lock lock{mutex_};
  if (!open_.try_emplace(std::this_thread::get_id(), &transaction).second) {
    throw Error{Errc::invalid_argument,
                "read tables: this thread has a transaction already; end it before another one begins"};
  }
}

void ThreadTransactions::end() noexcept {
  const std::scoped_lock lock{mutex_};
  open_.erase(std::this_thread::get_id());
}

TableTransaction* ThreadTransactions::here() const {
  const std::scoped_lock lock{mutex_};
  const auto at = open_.find(std::this_thread::get_id());
  return at == open_.end() ? nullptr : at->second;
}

TableTransaction::TableTransaction(std::shared_ptr<TablesPlace> place, std::string_view projector,
                                   std::shared_ptr<const ShadowSide> side)
    : place_{std::move(place)},
      id_{Uuid::v7(place_->client.options().clock->now())},
      projector_{projector},
      side_{std::move(side)},
      items_{place_->client, place_->table, bytes_of(id_)} {
  place_->threads.begin(*this);
  try {
    if (side_) enter_shadow();
    begun_ = this->projector(projector);
  } catch (...) {
    place_->threads.end();
    throw;
  }
}

TableTransaction::TableTransaction(std::shared_ptr<TablesPlace> place)
    : place_{std::move(place)},
      id_{Uuid::v7(place_->client.options().clock->now())},
      items_{place_->client, place_->table, bytes_of(id_)} {}

void TableTransaction::end() noexcept {
  if (std::exchange(ended_, true) || !projector_) return;
  place_->threads.end();
}

void TableTransaction::check_open() const {
  if (!ended_) return;
  throw Error{Errc::invalid_argument,
              "read tables: the transaction of " + projector_.value_or("one call") + " is over; begin another"};
}

// The projector's own item is one of the transaction in any case; it is counted twice once something else than the
// checkpoint changes in it.
bool TableTransaction::full() const {
  return over_ || items_.items() + 1 + room_ >= kFullItems || items_.bytes() >= kFullBytes;
}

void TableTransaction::throw_too_much(const std::string& what) const {
  over_ = true;
  throw Error{Errc::invalid_argument,
              "read tables on DynamoDB: " + (projector_ ? "projector " + *projector_ + ": " : std::string{}) +
                  "one event writes and reads " + what +
                  ": let it touch fewer rows (clear() of a whole table is one), make several events of it, or keep "
                  "this projector's tables in a SqliteReadModel"};
}

void TableTransaction::check_rows() {
  if (items_.items() + room_ > kMostRows) {
    throw_too_much("more than " + std::to_string(kMostRows) +
                   " rows; a transaction of DynamoDB holds 100 items, some of which are leftfold's");
  }
  if (items_.bytes() > kMostBytes) throw_too_much("more than 4 MB, which is all that a transaction of DynamoDB holds");
}

void TableTransaction::check_all() const {
  if (items_.items() + 1 > kMaxTransactionItems)
    throw_too_much("too many rows: a transaction of DynamoDB holds 100 items");
}

Generations TableTransaction::generations(std::string_view table) {
  if (shadow_) {
    const auto known = shadow_->tables.find(table);
    if (known != shadow_->tables.end()) return known->second;
    const Generations first{first_generation(id_), {}, {}};
    shadow_->tables.emplace(table, first);
    fresh_.insert(rows_kind(table, first.live));
    store_shadow();
    return first;
  }
  tables_.emplace(table);
  return read_table_contents(items_.find(table_key(table), Reading::unchecked));
}

ItemKey TableTransaction::row(std::string_view table, std::string_view key) {
  check_open();
  ItemKey item{rows_kind(table, generations(table).live), std::string{key}};
  if (fresh_.contains(item.kind)) items_.take_as_absent(item);
  return item;
}

// A shadow has a table once something is written to it: one that is only read may be another projector's, which a swap
// must leave where it is.
bool TableTransaction::has_rows(std::string_view table) const {
  check_open();
  return !shadow_ || shadow_->tables.contains(table);
}

std::optional<Map> TableTransaction::find(std::string_view table, std::string_view key) {
  if (!has_rows(table)) return std::nullopt;
  std::optional<Map> found = items_.find(row(table, key), Reading::checked);
  check_rows();
  return found;
}

void TableTransaction::put(std::string_view table, std::string_view key, Map contents) {
  items_.put(row(table, key), std::move(contents));
  check_rows();
}

void TableTransaction::erase(std::string_view table, std::string_view key) {
  items_.remove(row(table, key));
  check_rows();
}

void TableTransaction::add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) {
  items_.add(row(table, key), member, amount);
  check_rows();
}

void TableTransaction::clear(std::string_view table) {
  check_open();
  Generations now = generations(table);
  const std::string kind = rows_kind(table, now.live);
  items_.forget_writes(kind);
  if (fresh_.contains(kind)) return check_rows();  // of this transaction alone
  now.next();
  fresh_.insert(rows_kind(table, now.live));
  if (shadow_) {
    shadow_->tables.insert_or_assign(std::string{table}, std::move(now));
    store_shadow();
  } else {
    items_.put(table_key(table), table_contents(now));
  }
  check_rows();
}

void TableTransaction::commit(Position done) {
  check_open();
  if (over_) {
    end();
    throw Error{Errc::invalid_argument, "read tables: the transaction of " + projector_.value_or("one call") +
                                            " is larger than DynamoDB's may be; the handler caught the error that said "
                                            "so: let it pass"};
  }
  Sent sent{};
  if (shadow_) sweep_shadow();
  try {
    // The first one of a partition has no item yet that a swap of the projector would change: then its tables' do.
    if (!shadow_ && !begun_.checkpoint) {
      for (const std::string& table : tables_) (void)items_.find(table_key(table), Reading::checked);
    }
    ProjectorItem own = projector(*projector_);
    own.checkpoint = done;
    store(*projector_, own);
    sent = generations_agree() ? send() : Sent::conflict;
  } catch (const Error& error) {
    end();
    if (error.code() != Errc::in_doubt) throw;
    throw Error{Errc::unavailable,
                "read tables of projector " + *projector_ +
                    ": the answer to a commit was lost, its checkpoint tells whether it is stored: " + error.what()};
  } catch (...) {
    end();
    throw;
  }
  end();
  if (sent == Sent::conflict) {
    throw Error{Errc::unavailable, "read tables of projector " + *projector_ +
                                       ": another process, or another partition's transaction, changed what this one "
                                       "had read; nothing of it is stored, and the same events are handled again"};
  }
  sweep();
}

// Those that the commit depends on anyway, such as the projector's own, are as they were for all that time.
bool TableTransaction::generations_agree() {
  if (shadow_) return true;  // the commit depends on the item that has them all
  std::vector<ItemKey> keys;
  for (const std::string& table : tables_) keys.push_back(table_key(table));
  for (const std::string& name : projectors_) {
    if (name != *projector_) keys.push_back(projector_key(name));
  }
  if (keys.size() < 2) return true;  // read after the projector's own
  std::erase_if(keys, [&](const ItemKey& key) { return !items_.is_only_read(key); });
  return keys.empty() || items_.are_as_read(keys);
}

bool TableTransaction::commit_alone() {
  const Sent sent = send();
  end();
  if (sent == Sent::stored) sweep();
  return sent == Sent::stored;
}

TableTransaction::Sent TableTransaction::send() {
  const std::vector<ItemWrite> writes = items_.writes();
  if (writes.empty()) return Sent::stored;
  if (writes.size() == 1 && writes.front().kind == ItemWrite::Kind::put) return send_one(writes.front());
  return send_all(writes);
}

// A put that is sent again knows its own revision, so it needs no transaction, which costs twice as much.
TableTransaction::Sent TableTransaction::send_one(const ItemWrite& write) {
  const WriteResult result = place_->client.write(write);
  if (result.applied) return Sent::stored;
  const Bytes* const revision = result.old ? find_bytes(*result.old, kRowRevision) : nullptr;
  if (revision != nullptr && *revision == items_.revision()) return Sent::stored;
  if (!result.in_doubt) return Sent::conflict;
  throw Error{Errc::in_doubt, "an earlier attempt got no clear answer, and others wrote since"};
}

TableTransaction::Sent TableTransaction::send_all(std::span<const ItemWrite> writes) {
  TransactResult result;
  try {
    result = place_->client.transact(writes, id_.to_string());
  } catch (const ServiceError& error) {
    throw Error{error.code(), refused_item(writes, error.refusal()) + error.what()};
  }
  if (result.applied) return Sent::stored;
  // An earlier attempt of this very transaction, should the service not know its token any more.
  const bool ours = std::ranges::any_of(result.reasons, [&](const CancellationReason& reason) {
    const Bytes* const revision = reason.item ? find_bytes(*reason.item, kRowRevision) : nullptr;
    return revision != nullptr && *revision == items_.revision();
  });
  return ours ? Sent::stored : Sent::conflict;
}

// What a clear left is deleted a little with each commit, by whoever uses the table; what fails is found again.
void TableTransaction::sweep() noexcept {
  if (shadow_) return;  // sweep_shadow()
  try {
    for (const std::string& table : tables_) {
      const Generations known = read_table_contents(items_.find(table_key(table), Reading::unchecked));
      if (!known.garbage.empty()) sweep_some(place_->client, place_->table, rows_of(table));
    }
    for (const std::string& name : projectors_) {
      if (!projector(name).handled.garbage.empty()) sweep_some(place_->client, place_->table, handled_of(name));
    }
  } catch (const std::exception& error) {
    place_->client.options().log->log(LogLevel::debug, "read tables", "rows of cleared tables stay for now",
                                      {{"cause", error.what()}});
  }
}

}  // namespace leftfold::inline v0::dynamodb
