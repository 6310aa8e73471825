// SPDX-License-Identifier: Apache-2.0
#include "runtime/version_gate.h"

#include <algorithm>
#include <utility>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::detail {
namespace {

// Of the row that says begins_anywhere(); no aggregate has an empty id.
constexpr std::string_view kAnywhere{};

Version before(Version version) { return Version{version.value() - 1}; }

std::string prefix_of(std::string_view aggregate) { return std::string{aggregate} + '\0'; }

template <class Ranges>
auto find_range(Ranges& ranges, Version version) {
  return std::find_if(ranges.begin(), ranges.end(),
                      [version](const MissingRange& r) { return r.from <= version && version <= r.to; });
}

void take_out(MissingRanges& ranges, Version version) {
  const auto at = find_range(ranges, version);
  if (at == ranges.end()) return;
  const MissingRange range = *at;
  ranges.erase(at);
  if (range.from < version) ranges.push_back({range.from, before(version)});
  if (version < range.to) ranges.push_back({version.next(), range.to});
}

}  // namespace

bool contains(const MissingRanges& ranges, Version version) { return find_range(ranges, version) != ranges.end(); }

VersionGate::Known& VersionGate::known(std::string_view aggregate) {
  const auto at = known_.find(aggregate);
  if (at != known_.end()) return at->second;
  Known known;
  known.reached = rows_.reached(aggregate);
  return known_.emplace(aggregate, std::move(known)).first->second;
}

MissingRanges& VersionGate::missing(std::string_view aggregate, Known& known) {
  if (!known.missing_known) {
    known.missing = rows_.missing(aggregate);
    known.missing_known = true;
  }
  return known.missing;
}

VersionGate::Turn VersionGate::turn_of(const RecordedEvent& event) {
  if (event.version == Version::none()) return Turn::next;
  Known& aggregate = known(event.aggregate_id);
  if (!aggregate.reached) {
    return event.version == Version{0} || rows_.begins_anywhere() ? Turn::next : Turn::early;
  }
  if (event.version > aggregate.reached->next()) return Turn::early;
  if (event.version == aggregate.reached->next()) return Turn::next;
  return contains(missing(event.aggregate_id, aggregate), event.version) ? Turn::late : Turn::repeated;
}

Version VersionGate::reached(const RecordedEvent& event) {
  return known(event.aggregate_id).reached.value_or(Version::none());
}

void VersionGate::finish(const RecordedEvent& event, Turn turn, bool parked) {
  if (event.version == Version::none() || turn == Turn::repeated) return;
  Known& aggregate = known(event.aggregate_id);
  if (turn == Turn::late && parked) return;
  if (turn == Turn::late) {
    take_out(missing(event.aggregate_id, aggregate), event.version);
    change_missing(aggregate);
    return;
  }
  if (turn == Turn::early) {
    const Version first = aggregate.reached.value_or(Version::none()).next();
    missing(event.aggregate_id, aggregate).push_back({first, before(event.version)});
    change_missing(aggregate);
  }
  aggregate.reached = event.version;
  if (!aggregate.changed) ++pending_;
  aggregate.changed = true;
}

// A row a range, and those of ranges that are gone: a change takes one away at most, or adds one.
void VersionGate::change_missing(Known& known) {
  pending_ += known.missing_changed ? 2 : known.missing.size() + 2;
  known.missing_changed = true;
}

void VersionGate::save() {
  for (const auto& [aggregate, entry] : known_) {
    if (entry.changed) rows_.set_reached(aggregate, *entry.reached);
    if (entry.missing_changed) rows_.set_missing(aggregate, entry.missing);
  }
  known_.clear();
  pending_ = 0;
}

ReadModelVersions::ReadModelVersions(ReadModelTransaction& transaction, std::string_view projector)
    : transaction_{transaction},
      reached_{std::string{projector} + "#reached"},
      missing_{std::string{projector} + "#missing"} {}

std::optional<Version> ReadModelVersions::reached(std::string_view aggregate) const {
  return transaction_.handled(reached_, aggregate);
}

// All of them are looked through: there are none but where something went wrong.
MissingRanges ReadModelVersions::missing(std::string_view aggregate) const {
  MissingRanges ranges;
  const std::string prefix = prefix_of(aggregate);
  for (const HandledVersion& row : transaction_.all_handled(missing_)) {
    if (!row.aggregate_id.starts_with(prefix)) continue;
    ranges.push_back({Version{std::stoll(row.aggregate_id.substr(prefix.size()))}, row.version});
  }
  return ranges;
}

void ReadModelVersions::expect(std::span<const std::string_view> aggregates) const {
  transaction_.expect_handled(reached_, aggregates);
}

void ReadModelVersions::set_reached(std::string_view aggregate, Version version) {
  transaction_.set_handled(reached_, aggregate, version);
}

void ReadModelVersions::set_missing(std::string_view aggregate, const MissingRanges& ranges) {
  const std::string prefix = prefix_of(aggregate);
  for (const MissingRange& range : missing(aggregate)) {
    transaction_.forget_handled(missing_, prefix + std::to_string(range.from.value()));
  }
  for (const MissingRange& range : ranges) {
    transaction_.set_handled(missing_, prefix + std::to_string(range.from.value()), range.to);
  }
}

bool ReadModelVersions::begins_anywhere() const { return transaction_.handled(reached_, kAnywhere).has_value(); }

void ReadModelVersions::begin_anywhere() { transaction_.set_handled(reached_, kAnywhere, Version{0}); }

void ReadModelVersions::reset() {
  transaction_.forget_all_handled(reached_);
  transaction_.forget_handled(reached_, kAnywhere);
  transaction_.forget_all_handled(missing_);
}

std::optional<Version> MemoryVersions::reached(std::string_view aggregate) const {
  const auto at = reached_.find(aggregate);
  return at == reached_.end() ? std::nullopt : std::optional{at->second};
}

MissingRanges MemoryVersions::missing(std::string_view aggregate) const {
  const auto at = missing_.find(aggregate);
  return at == missing_.end() ? MissingRanges{} : at->second;
}

void MemoryVersions::set_reached(std::string_view aggregate, Version version) {
  reached_.insert_or_assign(std::string{aggregate}, version);
}

void MemoryVersions::set_missing(std::string_view aggregate, const MissingRanges& ranges) {
  missing_.insert_or_assign(std::string{aggregate}, ranges);
}

}  // namespace leftfold::inline v0::detail
