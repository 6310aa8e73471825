// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/cursors.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "http/sha256.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::string_view kPrefix = "cursor#";
constexpr std::string_view kLongPrefix = "cursor-of-long-id#";
constexpr std::string_view kPublished = "published";
constexpr std::string_view kLongId = "aggregateId";

void need_id(std::string_view aggregate_id) {
  if (aggregate_id.empty()) throw Error{Errc::invalid_argument, "a publish cursor needs the id of an aggregate"};
}

// A partition key has 2048 bytes at most, an aggregate's id too; other programs than ours may have written such events.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
constexpr std::size_t kMostKeyBytes = 2048;

bool is_long(std::string_view aggregate_id) { return kPrefix.size() + aggregate_id.size() > kMostKeyBytes; }

std::string hashed(std::string_view aggregate_id) {
  std::string kind{kLongPrefix};
  http::append_hex(kind, http::sha256(aggregate_id));
  return kind;
}

Item cursor_key(std::string_view name, std::string_view aggregate_id) {
  std::string kind = is_long(aggregate_id) ? hashed(aggregate_id) : std::string{kPrefix}.append(aggregate_id);
  return {{std::string{kKind}, std::move(kind)}, {std::string{kSort}, name}};
}

}  // namespace

Item cursor_item(std::string_view name, const PublishCursor& cursor) {
  Item item = cursor_key(name, cursor.aggregate_id);
  if (is_long(cursor.aggregate_id)) item.push_back({std::string{kLongId}, cursor.aggregate_id});
  item.push_back({std::string{kPublished}, number(cursor.published.value())});
  return item;
}

PublishCursor read_cursor(const Item& item) {
  const std::string* const kind = find_text(item, kKind);
  const auto published = find_integer(item, kPublished);
  const std::string* const long_id = find_text(item, kLongId);
  const bool hash_fits = long_id != nullptr && kind != nullptr && *kind == hashed(*long_id);
  if (kind == nullptr || (!kind->starts_with(kPrefix) && !hash_fits) || !published || *published < 0) {
    throw Error{Errc::corrupt, "the publish cursor under " + detail::in_quotes(kind != nullptr ? *kind : "?") +
                                   " cannot be read; remove the item, and the aggregate is published again"};
  }
  return {hash_fits ? *long_id : kind->substr(kPrefix.size()), Version{*published}};
}

// A cursor is a lower bound: one that cannot be read is none, which costs events that are published again.
std::optional<PublishCursor> Cursors::readable(const Item& item) const {
  try {
    return read_cursor(item);
  } catch (const Error& error) {
    client_.options().log->log(LogLevel::error, "publisher", "a cursor is taken for none", {{"cause", error.what()}});
    return std::nullopt;
  }
}

std::vector<Version> Cursors::load(std::span<const std::string_view> aggregate_ids) {
  std::ranges::for_each(aggregate_ids, need_id);
  std::unordered_map<std::string_view, Version> found;
  std::vector<Item> keys;
  const auto ask = [&] {
    for (const Item& item : client_.get_all(table_, keys)) {
      const std::optional<PublishCursor> cursor = readable(item);
      if (!cursor) continue;
      const auto asked = found.find(cursor->aggregate_id);
      if (asked != found.end()) asked->second = cursor->published;
    }
    keys.clear();
  };
  for (const std::string_view id : aggregate_ids) {
    if (!found.try_emplace(id, Version::none()).second) continue;  // DynamoDB refuses a key that comes twice
    keys.push_back(cursor_key(name_, id));
    if (keys.size() == kMostGets) ask();
  }
  if (!keys.empty()) ask();
  std::vector<Version> versions;
  versions.reserve(aggregate_ids.size());
  for (const std::string_view id : aggregate_ids) versions.push_back(found.at(id));
  return versions;
}

// Several at once are put without a condition, which BatchWriteItem does not know: one that is lower than what is
// stored replaces it. That is allowed: what it says was acknowledged too, so the worst of it is events that are
// published once more. It halves the calls and is a publisher's usual case, in which nobody else moves the same
// cursors.
void Cursors::advance(std::span<const PublishCursor> cursors) {
  std::ranges::for_each(cursors, need_id, &PublishCursor::aggregate_id);
  std::vector<Item> items;
  items.reserve(cursors.size());
  for (const PublishCursor& cursor : cursors) {
    if (cursor.published != Version::none()) items.push_back(cursor_item(name_, cursor));
  }
  if (items.size() == 1) {
    ItemWrite write;
    write.table = table_;
    write.condition.text = "attribute_not_exists(#p) OR #p < :p OR NOT attribute_type(#p, :n)";
    write.condition.names = {{"#p", std::string{kPublished}}};
    write.condition.values = {{":p", items[0].back().value}, {":n", std::string{"N"}}};
    write.item = std::move(items[0]);
    (void)client_.write(write);  // one that is there and higher stays
    return;
  }
  for (std::span<const Item> left{items}; !left.empty();) {
    const auto part = left.first(std::min(left.size(), kMostPuts));
    client_.put_all(table_, part);
    left = left.subspan(part.size());
  }
}

bool Cursors::remove(std::string_view aggregate_id) {
  need_id(aggregate_id);
  ItemWrite write;
  write.kind = ItemWrite::Kind::remove;
  write.table = table_;
  write.item = cursor_key(name_, aggregate_id);
  write.condition.text = "attribute_exists(#p)";
  write.condition.names = {{"#p", std::string{kPublished}}};
  const WriteResult result = client_.write(write);
  return result.applied || result.in_doubt;  // gone, and an earlier attempt may be why
}

}  // namespace leftfold::inline v0::dynamodb
