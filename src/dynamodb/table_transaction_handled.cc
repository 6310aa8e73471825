// SPDX-License-Identifier: Apache-2.0
// The part of TableTransaction that is about projectors: their checkpoints and what they have handled, in use or in a
// shadow.
#include <utility>

#include "dynamodb/table_swap.h"
#include "dynamodb/table_sweep.h"
#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using Reading = BufferedItems::Reading;

}  // namespace

void TableTransaction::enter_shadow() {
  shadow_ = own_shadow(items_.find(shadow_key(side_->projector), Reading::checked), *side_);
  for (const auto& [name, known] : shadow_->tables) {
    if (!known.garbage.empty()) to_sweep_.push_back(SweptGeneration{name, false, known.garbage.front()});
  }
  for (const auto& [name, known] : shadow_->projectors) {
    if (!known.handled.garbage.empty()) {
      to_sweep_.push_back(SweptGeneration{name, true, known.handled.garbage.front()});
    }
  }
}

void TableTransaction::store_shadow() const {
  check_swap_size(shadow_->tables.size() + shadow_->projectors.size() + kOfEachSwap, side_->projector);
  items_.put(shadow_key(side_->projector), shadow_contents(*shadow_));
  check_all();
}

// Else a projector that clears a table with each event would have an item of its shadow that is too large for any. What
// was garbage when this batch began stays so, whoever builds it and whether this is stored or not.
void TableTransaction::sweep_shadow() noexcept {
  try {
    for (const SweptGeneration& each : to_sweep_) {
      const std::string kind =
          each.of_projector ? handled_kind(each.name, each.generation) : rows_kind(each.name, each.generation);
      if (!sweep_kind(place_->client, place_->table, kind)) continue;
      auto& garbage =
          each.of_projector ? shadow_->projectors.at(each.name).handled.garbage : shadow_->tables.at(each.name).garbage;
      garbage.erase(garbage.begin());
    }
  } catch (const std::exception& error) {
    place_->client.options().log->log(LogLevel::debug, "read tables", "rows that a shadow cleared stay for now",
                                      {{"cause", error.what()}});
  }
}

ProjectorItem TableTransaction::projector(std::string_view name) const {
  if (shadow_) {
    const auto known = shadow_->projectors.find(name);
    if (known != shadow_->projectors.end()) return known->second;
    ProjectorItem first;
    first.handled.live = first_generation(id_);
    shadow_->projectors.emplace(name, first);
    fresh_.insert(handled_kind(name, first.handled.live));
    store_shadow();
    return first;
  }
  projectors_.emplace(name);
  return read_projector_contents(items_.find(projector_key(name), Reading::unchecked));
}

void TableTransaction::store(std::string_view name, const ProjectorItem& item) {
  if (shadow_) {
    shadow_->projectors.insert_or_assign(std::string{name}, item);
    return store_shadow();
  }
  items_.put(projector_key(name), projector_contents(item));
  check_all();
}

std::optional<Version> TableTransaction::handled(std::string_view projector, std::string_view aggregate_id) const {
  check_open();
  const ProjectorItem item = this->projector(projector);
  if (aggregate_id.empty()) return item.changes;
  const ItemKey key = handled_key(projector, item.handled.live, aggregate_id);
  if (fresh_.contains(key.kind) || all_.contains(key.kind)) items_.take_as_absent(key);
  const std::optional<Map> contents = items_.find(key, Reading::unchecked);
  return contents ? std::optional{read_handled(key, *contents).version} : std::nullopt;
}

std::vector<HandledVersion> TableTransaction::all_handled(std::string_view projector) const {
  check_open();
  const ProjectorItem item = this->projector(projector);
  std::vector<HandledVersion> all;
  if (item.changes) all.push_back({{}, *item.changes});
  const std::string kind = handled_kind(projector, item.handled.live);
  if (!fresh_.contains(kind) && all_.insert(kind).second) {
    try {
      items_.read_kind(kind);
    } catch (...) {
      all_.erase(kind);
      throw;
    }
  }
  for (auto [at, last] = items_.of_kind(kind); at != last; ++at) {
    const std::optional<Map> contents = BufferedItems::after(at->second, at->second.stored);
    if (contents) all.push_back(read_handled(at->first, *contents));
  }
  return all;
}

void TableTransaction::expect_handled(std::string_view projector,
                                      std::span<const std::string_view> aggregate_ids) const {
  check_open();
  const std::int64_t generation = this->projector(projector).handled.live;
  if (fresh_.contains(handled_kind(projector, generation))) return;
  std::vector<ItemKey> keys;
  keys.reserve(aggregate_ids.size());
  for (const std::string_view id : aggregate_ids) {
    if (!id.empty()) keys.push_back(handled_key(projector, generation, id));
  }
  items_.read_ahead(keys);
}

void TableTransaction::set_handled(std::string_view projector, std::string_view aggregate_id, Version version) {
  check_open();
  ProjectorItem item = this->projector(projector);
  if (aggregate_id.empty()) {
    item.changes = version;
    return store(projector, item);
  }
  items_.put(handled_key(projector, item.handled.live, aggregate_id), handled_contents(aggregate_id, version));
  check_all();
}

void TableTransaction::forget_handled(std::string_view projector, std::string_view aggregate_id) {
  check_open();
  ProjectorItem item = this->projector(projector);
  if (aggregate_id.empty()) {
    if (!item.changes) return;
    item.changes.reset();
    return store(projector, item);
  }
  items_.remove(handled_key(projector, item.handled.live, aggregate_id));
  check_all();
}

void TableTransaction::forget_all_handled(std::string_view projector) {
  check_open();
  if (!shadow_ && !items_.find(projector_key(projector), Reading::unchecked)) {
    // Rows of a projector without an item: they are found, as nothing else says that there are some.
    if (!items_.may_have_kind(handled_kind(projector, Generations{}.live))) return;
  }
  ProjectorItem item = this->projector(projector);
  const std::string kind = handled_kind(projector, item.handled.live);
  items_.forget_writes(kind);
  if (fresh_.contains(kind)) return;  // of this transaction alone
  item.handled.next();
  fresh_.insert(handled_kind(projector, item.handled.live));
  store(projector, item);
}

}  // namespace leftfold::inline v0::dynamodb
