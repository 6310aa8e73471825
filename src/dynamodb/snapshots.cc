// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/snapshots.h"

#include <leftfold/error.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/deflate.h"

namespace leftfold::inline v0::dynamodb {
namespace {

Item snapshot_key(std::string_view aggregate_id, std::string_view schema) {
  return {{std::string{kKind}, "snapshot#" + std::string{aggregate_id}}, {std::string{kSort}, schema}};
}

std::string named(std::string_view aggregate_id, std::string_view schema) {
  return "the snapshot of \"" + std::string{aggregate_id} + "\", schema \"" + std::string{schema} + "\"";
}

}  // namespace

Item snapshot_item(const StoredSnapshot& snapshot) {
  validate(snapshot);
  const auto too_large = [&](std::size_t bytes, const char* unit, std::size_t most) {
    return Error{Errc::invalid_argument, named(snapshot.aggregate_id, snapshot.schema) + " has " +
                                             std::to_string(bytes) + " bytes" + unit +
                                             "; DynamoDB's store keeps at most " + std::to_string(most) +
                                             ": keep less in the state, or take none"};
  };
  if (snapshot.state.size() > kMaxSnapshotBytes) throw too_large(snapshot.state.size(), "", kMaxSnapshotBytes);
  Item item = snapshot_key(snapshot.aggregate_id, snapshot.schema);
  item.push_back({"version", number(snapshot.version.value())});
  item.push_back({"takenAt", number(snapshot.taken_at.time_since_epoch().count())});
  item.push_back({"size", number(static_cast<std::int64_t>(snapshot.state.size()))});
  item.push_back({"state", deflated(snapshot.state)});
  if (const std::size_t bytes = item_size(item); bytes > kMaxItemBytes)
    throw too_large(bytes, " deflated", kMaxItemBytes);
  return item;
}

StoredSnapshot read_snapshot(std::string_view aggregate_id, std::string_view schema, const Item& item) {
  const auto version = find_integer(item, "version");
  const auto taken_at = find_integer(item, "takenAt");
  const auto size = find_integer(item, "size");
  const Bytes* const state = find_bytes(item, "state");
  const bool whole = version && *version >= 0 && taken_at && size && *size >= 0 &&
                     static_cast<std::uint64_t>(*size) <= kMaxSnapshotBytes && state != nullptr;
  std::optional<std::string> text = whole ? inflated(*state, static_cast<std::size_t>(*size)) : std::nullopt;
  if (!text) {
    throw Error{Errc::corrupt, named(aggregate_id, schema) +
                                   " cannot be read; remove it, and the events are folded from the beginning"};
  }
  return {std::string{aggregate_id}, std::string{schema}, Version{*version}, std::move(*text),
          Timestamp{std::chrono::milliseconds{*taken_at}}};
}

bool Snapshots::save(const StoredSnapshot& snapshot) {
  ItemWrite write;
  write.table = table_;
  write.item = snapshot_item(snapshot);
  write.condition.text = "attribute_not_exists(#v) OR #v < :v";
  write.condition.names = {{"#v", "version"}};
  write.condition.values = {{":v", number(snapshot.version.value())}};
  return client_.write(write).applied;
}

std::optional<StoredSnapshot> Snapshots::load(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  const GetResult found = client_.get(table_, snapshot_key(aggregate_id, schema));
  if (!found.item) return std::nullopt;
  return read_snapshot(aggregate_id, schema, *found.item);
}

bool Snapshots::remove(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  ItemWrite write;
  write.kind = ItemWrite::Kind::remove;
  write.table = table_;
  write.item = snapshot_key(aggregate_id, schema);
  write.condition.text = "attribute_exists(#v)";
  write.condition.names = {{"#v", "version"}};
  return client_.write(write).applied;
}

}  // namespace leftfold::inline v0::dynamodb
