// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/buffered_items.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/partition.h"

namespace leftfold::inline v0::dynamodb {
namespace {

Expression unchanged(const BufferedItems::Slot& slot) {
  if (!slot.read) return {};
  if (!slot.stored) return {"attribute_not_exists(#k)", {{"#k", std::string{kKind}}}, {}};
  const std::string name{kRowRevision};
  if (slot.revision.empty()) {
    return {"attribute_exists(#k) AND attribute_not_exists(#r)", {{"#k", std::string{kKind}}, {"#r", name}}, {}};
  }
  return {"#r = :r", {{"#r", name}}, {{":r", slot.revision}}};
}

}  // namespace

void BufferedItems::learn(Slot& slot, const std::optional<Item>& item) {
  slot.known = true;
  slot.read = true;
  if (!item || item->empty()) return;
  slot.stored = contents_of(*item);
  if (const Bytes* const revision = find_bytes(*item, kRowRevision)) slot.revision = *revision;
}

bool BufferedItems::takes_part(const Slot& slot) {
  return slot.write != Slot::Write::none || (slot.read && slot.checked);
}

std::size_t BufferedItems::bytes_of(const ItemKey& key, const Slot& slot) {
  constexpr std::size_t kOwn = 64;  // revision, names
  std::size_t bytes = key.kind.size() + key.sort.size() + kOwn;
  if (slot.write == Slot::Write::put) return bytes + item_size(slot.row);
  if (slot.stored) bytes += item_size(*slot.stored);
  for (const auto& [member, amount] : slot.sum) bytes += member.size() + 16;
  return bytes;
}

template <class Change>
void BufferedItems::change(const ItemKey& key, Change change) {
  Slot& slot = slots_[key];
  const bool was = takes_part(slot);
  const std::size_t before = was ? bytes_of(key, slot) : 0;
  change(slot);
  const bool is = takes_part(slot);
  items_ += static_cast<std::size_t>(is) - static_cast<std::size_t>(was);
  bytes_ += (is ? bytes_of(key, slot) : 0) - before;
}

std::optional<Map> BufferedItems::find(const ItemKey& key, Reading reading) {
  const auto at = slots_.find(key);
  const Slot* slot = at == slots_.end() ? nullptr : &at->second;
  // What a put or removal left is certain whatever was there before.
  const bool certain =
      slot != nullptr && (slot->known || slot->write == Slot::Write::put || slot->write == Slot::Write::remove);
  std::optional<Item> item;
  if (!certain) item = client_.get(table_, key.item()).item;
  change(key, [&](Slot& found) {
    if (!certain) learn(found, item);
    if (reading == Reading::checked) found.checked = true;
  });
  const Slot& found = slots_.at(key);
  return after(found, found.stored);
}

void BufferedItems::read_ahead(std::span<const ItemKey> keys) {
  std::vector<ItemKey> unknown;
  for (const ItemKey& key : keys) {
    const auto at = slots_.find(key);
    if (at == slots_.end() || !at->second.known) unknown.push_back(key);
  }
  std::ranges::sort(unknown);
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  for (std::span<const ItemKey> left{unknown}; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostGets));
    left = left.subspan(part.size());
    std::vector<Item> wanted;
    wanted.reserve(part.size());
    for (const ItemKey& key : part) wanted.push_back(key.item());
    std::map<ItemKey, Item> found;
    for (Item& item : client_.get_all(table_, wanted)) found.emplace(key_of(item), std::move(item));
    for (const ItemKey& key : part) {
      const auto item = found.find(key);
      change(key, [&](Slot& slot) {
        learn(slot, item == found.end() ? std::nullopt : std::optional{std::move(item->second)});
      });
    }
  }
}

bool BufferedItems::may_have_kind(const std::string& kind) {
  for (auto [at, end] = of_kind(kind); at != end; ++at) {
    if (after(at->second, at->second.stored)) return true;
  }
  QueryRequest query;
  query.table = table_;
  query.key = {"#k = :k", {{"#k", std::string{kKind}}}, {{":k", kind}}};
  query.limit = 1;
  return !client_.query(query).items.empty();
}

bool BufferedItems::are_as_read(std::span<const ItemKey> keys) {
  std::map<ItemKey, Bytes> now;
  for (std::span<const ItemKey> left = keys; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostGets));
    left = left.subspan(part.size());
    std::vector<Item> wanted;
    wanted.reserve(part.size());
    for (const ItemKey& key : part) wanted.push_back(key.item());
    for (const Item& item : client_.get_all(table_, wanted)) {
      const Bytes* const revision = find_bytes(item, kRowRevision);
      now.emplace(key_of(item), revision != nullptr ? *revision : Bytes{});
    }
  }
  return std::ranges::all_of(keys, [&](const ItemKey& key) {
    const Slot& slot = slots_.at(key);
    const auto at = now.find(key);
    return slot.stored ? at != now.end() && at->second == slot.revision : at == now.end();
  });
}

bool BufferedItems::is_only_read(const ItemKey& key) const {
  const auto at = slots_.find(key);
  return at != slots_.end() && at->second.read && !takes_part(at->second);
}

void BufferedItems::read_kind(const std::string& kind) {
  each_item(client_, query_of(table_, kind), [&](Item&& item) {
    const ItemKey key = key_of(item);
    const auto at = slots_.find(key);
    if (at != slots_.end() && at->second.known) return true;
    change(key, [&](Slot& slot) { learn(slot, std::move(item)); });
    return true;
  });
}

void BufferedItems::take_as_absent(const ItemKey& key) {
  Slot& slot = slots_[key];
  slot.known = true;
}

void BufferedItems::put(const ItemKey& key, Map contents) {
  change(key, [&](Slot& slot) {
    slot.write = Slot::Write::put;
    slot.row = std::move(contents);
    slot.sum.clear();
  });
}

void BufferedItems::remove(const ItemKey& key) {
  change(key, [&](Slot& slot) {
    slot.write = slot.known && !slot.stored ? Slot::Write::none : Slot::Write::remove;
    slot.row.clear();
    slot.sum.clear();
  });
}

void BufferedItems::add(const ItemKey& key, std::string_view member, std::int64_t amount) {
  change(key, [&](Slot& slot) {
    if (slot.write == Slot::Write::put) return add_to(slot.row, member, amount);
    if (slot.write == Slot::Write::remove) {
      Map row;
      add_to(row, member, amount);
      slot.row = std::move(row);
      slot.write = Slot::Write::put;
      return;
    }
    const auto at = slot.sum.find(member);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(at == slot.sum.end() ? 0 : at->second, amount, &sum)) {
      Map row{{std::string{member}, number(at->second)}};
      add_to(row, member, amount);  // throws
    }
    if (slot.stored) {  // is known: says at once that it cannot be
      Map row = *slot.stored;
      add_to(row, member, sum);
    }
    slot.sum.insert_or_assign(std::string{member}, sum);
    slot.write = Slot::Write::add;
  });
}

void BufferedItems::forget_writes(const std::string& kind) {
  std::vector<ItemKey> keys;
  for (auto [at, end] = of_kind(kind); at != end; ++at) keys.push_back(at->first);
  for (const ItemKey& key : keys) {
    change(key, [](Slot& slot) {
      slot.write = Slot::Write::none;
      slot.row.clear();
      slot.sum.clear();
    });
  }
}

std::pair<BufferedItems::Slots::const_iterator, BufferedItems::Slots::const_iterator> BufferedItems::of_kind(
    const std::string& kind) const {
  const auto first = slots_.lower_bound({kind, {}});
  auto last = first;
  while (last != slots_.end() && last->first.kind == kind) ++last;
  return {first, last};
}

std::optional<Map> BufferedItems::after(const Slot& slot, const std::optional<Map>& stored) {
  switch (slot.write) {
    case Slot::Write::none: return stored;
    case Slot::Write::put: return slot.row;
    case Slot::Write::remove: return std::nullopt;
    case Slot::Write::add: break;
  }
  Map row = stored.value_or(Map{});
  for (const auto& [member, amount] : slot.sum) add_to(row, member, amount);
  return row;
}

ItemWrite BufferedItems::write_of(const ItemKey& key, const Slot& slot) const {
  ItemWrite write;
  write.table = table_;
  write.item = key.item();
  write.condition = unchanged(slot);
  switch (slot.write) {
    case Slot::Write::none: write.kind = ItemWrite::Kind::check; break;
    case Slot::Write::remove: write.kind = ItemWrite::Kind::remove; break;
    case Slot::Write::put:
      write.item.push_back({std::string{kRowRevision}, revision_});
      write.item.insert(write.item.end(), slot.row.begin(), slot.row.end());
      break;
    case Slot::Write::add:
      write.kind = ItemWrite::Kind::update;
      write.update = "SET #w = :w ADD ";
      write.condition.names.emplace_back("#w", kRowRevision);
      write.condition.values.push_back({":w", revision_});
      std::size_t index = 0;
      for (const auto& [member, amount] : slot.sum) {
        const std::string at = std::to_string(index);
        write.update.append(index == 0 ? "" : ", ").append("#m").append(at).append(" :m").append(at);
        write.condition.names.emplace_back("#m" + at, member);
        write.condition.values.push_back({":m" + at, number(amount)});
        ++index;
      }
      break;
  }
  return write;
}

std::vector<ItemWrite> BufferedItems::writes() const {
  std::vector<ItemWrite> all;
  all.reserve(items_);
  for (const auto& [key, slot] : slots_) {
    if (takes_part(slot)) all.push_back(write_of(key, slot));
  }
  return all;
}

}  // namespace leftfold::inline v0::dynamodb
