// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/shadow_state.h"

#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::string_view kState = "state";
constexpr std::string_view kBuilder = "builder";
constexpr std::string_view kTables = "tables";
constexpr std::string_view kProjectors = "projectors";

[[noreturn]] void throw_corrupt(std::string_view what) {
  throw Error{Errc::corrupt, "the second table's item of a shadow: " + std::string{what} +
                                 " cannot be read; restore the item from a backup, or delete it and replay again"};
}

/// Each name and map of the map called `name`; nothing when there is none.
template <class Visit>
void each_map(const Map& contents, std::string_view name, Visit visit) {
  const Map* const all = find_map(contents, name);
  if (all == nullptr) return;
  for (const Attribute& each : *all) {
    const Map* const held = each.value.as<Map>();
    if (held == nullptr) throw_corrupt(each.name);
    visit(each.name, *held);
  }
}

List list_of(const std::vector<std::string>& names) {
  List list;
  for (const std::string& name : names) list.emplace_back(name);
  return list;
}

std::vector<std::string> names_in(const Map& contents, std::string_view name) {
  std::vector<std::string> names;
  const List* const list = find_list(contents, name);
  if (list == nullptr) throw_corrupt(name);
  for (const AttributeValue& each : *list) {
    const std::string* const text = each.as<std::string>();
    if (text == nullptr) throw_corrupt(name);
    names.push_back(*text);
  }
  return names;
}

}  // namespace

ItemKey shadow_key(std::string_view projector) { return {"shadow#" + std::string{projector}, std::string{kState}}; }
ItemKey kept_key(std::string_view projector) { return {"kept#" + std::string{projector}, std::string{kState}}; }

Map shadow_contents(const ShadowState& state) {
  Map tables;
  for (const auto& [name, generations] : state.tables) tables.push_back({name, table_contents(generations)});
  Map projectors;
  for (const auto& [name, projector] : state.projectors) projectors.push_back({name, projector_contents(projector)});
  return {{std::string{kBuilder}, state.builder},
          {std::string{kTables}, std::move(tables)},
          {std::string{kProjectors}, std::move(projectors)}};
}

ShadowState read_shadow(const Map& contents) {
  ShadowState state;
  const std::string* const builder = find_text(contents, kBuilder);
  if (builder == nullptr) throw_corrupt(kBuilder);
  state.builder = *builder;
  each_map(contents, kTables,
           [&](const std::string& name, const Map& held) { state.tables[name] = read_table_contents(held); });
  each_map(contents, kProjectors,
           [&](const std::string& name, const Map& held) { state.projectors[name] = read_projector_contents(held); });
  return state;
}

ShadowState own_shadow(const std::optional<Map>& contents, const ShadowSide& side) {
  const std::string shadow = "the shadow of projector " + detail::in_quotes(side.projector);
  if (!contents) {
    throw Error{Errc::fenced, shadow + " is gone: another replay swapped it in or discarded it; begin again"};
  }
  ShadowState state = read_shadow(*contents);
  if (state.builder != side.builder) {
    throw Error{Errc::fenced, shadow + ": another replay builds it now; let that one end"};
  }
  return state;
}

Map kept_contents(const KeptState& state) {
  Map tables;
  for (const auto& [name, generation] : state.tables) tables.push_back({name, number(generation)});
  return {{std::string{kTables}, std::move(tables)}, {std::string{kProjectors}, list_of(state.projectors)}};
}

KeptState read_kept(const Map& contents) {
  KeptState state;
  state.projectors = names_in(contents, kProjectors);
  const Map* const tables = find_map(contents, kTables);
  if (tables == nullptr) throw_corrupt(kTables);
  for (const Attribute& each : *tables) {
    const auto generation = find_integer(*tables, each.name);
    if (!generation) throw_corrupt(each.name);
    state.tables.emplace(each.name, *generation);
  }
  return state;
}

std::int64_t first_generation(const Uuid& id) {
  constexpr std::uint64_t kBits = (std::uint64_t{1} << 62U) - 1;  // the last 8 bytes but the two bits of the variant
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < id.bytes().size(); ++i) number = number << 8U | static_cast<std::uint8_t>(id.bytes()[i]);
  return static_cast<std::int64_t>(number & kBits);
}

}  // namespace leftfold::inline v0::dynamodb
