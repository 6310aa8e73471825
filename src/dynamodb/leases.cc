// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/leases.h"

#include <chrono>
#include <optional>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/counted_write.h"
#include "dynamodb/partition.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;

constexpr std::string_view kPrefix = "lease#";
constexpr std::string_view kCounter = "counter";
constexpr std::string_view kRenewedAt = "renewedAt";

Item lease_key(const Lease& lease) {
  return {{std::string{kKind}, std::string{kPrefix} + lease.group}, {std::string{kSort}, lease.name}};
}

std::string text_in(const Item& item, std::string_view name) {
  const std::string* const text = find_text(item, name);
  return text == nullptr ? std::string{} : *text;
}

Expression counter_is(std::int64_t counter) {
  if (counter == 0) return {"attribute_not_exists(#c)", {{"#c", std::string{kCounter}}}, {}};
  return {"#c = :c", {{"#c", std::string{kCounter}}}, {{":c", number(counter)}}};
}

[[noreturn]] void throw_in_doubt(const Lease& lease, const char* what) {
  throw Error{Errc::in_doubt, "lease " + in_quotes(lease.name) + " of group " + in_quotes(lease.group) +
                                  ": the answer to " + what +
                                  " was lost, and others wrote it since or may have; list the leases again"};
}

}  // namespace

Item lease_item(const Lease& lease, const Uuid& write_id) {
  Item item = lease_key(lease);
  item.push_back({std::string{kCounter}, number(lease.counter)});
  item.push_back({std::string{kWriteId}, bytes_of(write_id)});
  if (!lease.owner.empty()) item.push_back({"owner", lease.owner});
  if (!lease.checkpoint.empty()) item.push_back({"checkpoint", lease.checkpoint});
  if (lease.done) item.push_back({"done", true});
  if (!lease.note.empty()) item.push_back({"note", lease.note});
  if (lease.renewed_at != Timestamp{}) {
    item.push_back({std::string{kRenewedAt}, number(lease.renewed_at.time_since_epoch().count())});
  }
  return item;
}

Lease read_lease(const Item& item) {
  const std::string kind = text_in(item, kKind);
  const auto counter = find_integer(item, kCounter);
  Lease lease;
  lease.name = text_in(item, kSort);
  if (!kind.starts_with(kPrefix) || lease.name.empty() || !counter || *counter < 1) {
    throw Error{Errc::corrupt, "the lease " + in_quotes(lease.name) + " under " + in_quotes(kind) +
                                   " cannot be read; remove the item from the second table"};
  }
  lease.group = kind.substr(kPrefix.size());
  lease.counter = *counter;
  lease.owner = text_in(item, "owner");
  lease.checkpoint = text_in(item, "checkpoint");
  const AttributeValue* const done = find(item, "done");
  lease.done = done != nullptr && done->as<bool>() != nullptr && *done->as<bool>();
  lease.note = text_in(item, "note");
  lease.renewed_at = Timestamp{std::chrono::milliseconds{find_integer(item, kRenewedAt).value_or(0)}};
  return lease;
}

std::vector<Lease> Leases::list(std::string_view group) {
  if (group.empty()) return {};  // no lease is without a group
  std::vector<Lease> leases;
  each_item(client_, query_of(table_, std::string{kPrefix}.append(group)), [&](const Item& item) {
    leases.push_back(read_lease(item));
    return true;
  });
  return leases;
}

bool Leases::write(const Lease& lease) {
  validate(lease);
  Lease next = lease;
  ++next.counter;
  const Uuid id = Uuid::v7(client_.options().clock->now());
  ItemWrite write;
  write.table = table_;
  write.item = lease_item(next, id);
  write.condition = counter_is(lease.counter);
  const CountedWrite outcome = outcome_of(client_.write(write), id, kCounter, next.counter);
  if (outcome == CountedWrite::in_doubt) throw_in_doubt(lease, "a write");
  return outcome == CountedWrite::stored;
}

bool Leases::remove(const Lease& lease) {
  validate(lease);
  if (lease.counter == 0) return false;  // it does not exist
  ItemWrite write;
  write.kind = ItemWrite::Kind::remove;
  write.table = table_;
  write.item = lease_key(lease);
  write.condition = counter_is(lease.counter);
  const WriteResult result = client_.write(write);
  if (result.in_doubt && !result.applied) throw_in_doubt(lease, "its removal");
  return result.applied;
}

}  // namespace leftfold::inline v0::dynamodb
