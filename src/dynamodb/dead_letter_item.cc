// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_item.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include <leftfold/error.h>

#include "core/dead_letter_checks.h"
#include "core/dead_letter_names.h"
#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/attribute_forms.h"
#include "dynamodb/dead_letter_keys.h"
#include "dynamodb/deflate.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::string_view kDeflated = "deflated";
constexpr std::string_view kSizes = "sizes";
constexpr std::string_view kParts = "items";

// Those that may be large, in the order in which they are deflated.
struct LargeText {
  std::string_view name;
  std::string EventCopy::* member;
};
constexpr std::array<LargeText, 4> kLargeTexts{{{"aggregateId", &EventCopy::aggregate_id},
                                                {"event", &EventCopy::type},
                                                {"payload", &EventCopy::payload},
                                                {"metadata", &EventCopy::metadata}}};

LetterKey key_of(const DeadLetter& letter) { return LetterKey::of(letter.event.view()); }

[[noreturn]] void throw_too_large(const DeadLetter& letter, const std::string& what) {
  throw Error{Errc::invalid_argument, "the dead letter of event " + letter.event.id.to_string() + " of " +
                                          detail::in_quotes(letter.sequence) + " has " + what +
                                          "; keep large contents elsewhere and their address in the event"};
}

[[noreturn]] void throw_corrupt(const Item& item) {
  const std::string* const where = find_text(item, kKind);
  const std::string* const place = find_text(item, kSort);
  throw Error{Errc::corrupt, "the dead letter " + detail::in_quotes(place != nullptr ? *place : "?") + " under " +
                                 detail::in_quotes(where != nullptr ? *where : "?") +
                                 " cannot be read; look at the item in the second table, and restore it from a backup"};
}

template <class Value>
Value need(const std::optional<Value>& value, const Item& item) {
  if (!value) throw_corrupt(item);
  return *value;
}

std::int32_t need_narrow(const Item& item, std::string_view name) {
  const std::int64_t value = need(find_integer(item, name), item);
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    throw_corrupt(item);
  }
  return static_cast<std::int32_t>(value);
}

std::string need_text(const Item& item, std::string_view name) { return need(find_text_or_bytes(item, name), item); }

ParkReason need_reason(const Item& item) {
  const std::string* const name = find_text(item, "reason");
  return need(name != nullptr ? detail::park_reason(*name) : std::nullopt, item);
}

FailureClass need_failure(const Item& item) {
  const std::string* const name = find_text(item, "failure");
  return need(name != nullptr ? detail::failure_class(*name) : std::nullopt, item);
}

std::string need_sort_key(const Item& item) {
  const std::string* const key = find_text(item, kSort);
  if (key == nullptr) throw_corrupt(item);
  return *key;
}

Item facts_item(const Uuid& shelf, const DeadLetter& letter, Timestamp parked_at) {
  const EventCopy& event = letter.event;
  Item item{{std::string{kKind}, letters_of(shelf)}, {std::string{kSort}, place_of(key_of(letter))}};
  item.push_back({"eventId", bytes_of(event.id)});
  item.push_back({"partition", number(std::int64_t{event.partition})});
  item.push_back({"position", number(event.position.value())});
  item.push_back({"committedAt", number(event.committed_at)});
  item.push_back({"schemaVersion", number(std::int64_t{event.schema_version})});
  item.push_back({"commitId", bytes_of(event.commit_id)});
  item.push_back({"commitPos", number(std::int64_t{event.commit_pos})});
  item.push_back({"commitSize", number(std::int64_t{event.commit_size})});
  item.push_back({"reason", to_string(letter.reason)});
  item.push_back({"failure", to_string(letter.failure)});
  add_text(item, "errorType", letter.error_type);
  add_text(item, "errorMessage", detail::cut_error(letter.error_message));
  item.push_back({"attempts", number(std::int64_t{letter.attempts})});
  item.push_back({"redrives", number(std::int64_t{letter.redrives})});
  item.push_back({"firstFailedAt", number(letter.first_failed_at)});
  item.push_back({"parkedAt", number(parked_at)});
  add_text(item, "node", letter.node);
  return item;
}

Bytes slice(const Bytes& bytes, std::size_t part) {
  const std::size_t begin = std::min(part * kPartBytes, bytes.size());
  const std::size_t end = std::min(begin + kPartBytes, bytes.size());
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

void add_deflated(std::vector<Item>& items, const DeadLetter& letter) {
  std::string all;
  List sizes;
  for (const LargeText& text : kLargeTexts) {
    all += letter.event.*text.member;
    sizes.emplace_back(number(static_cast<std::int64_t>((letter.event.*text.member).size())));
  }
  if (all.size() > kMostLetterBytes) throw_too_large(letter, std::to_string(all.size()) + " bytes");
  const Bytes bytes = deflated(all);
  if (bytes.size() > kMostDeflatedBytes) {
    throw_too_large(letter, std::to_string(bytes.size()) + " bytes deflated; DynamoDB's store keeps at most " +
                                std::to_string(kMostDeflatedBytes));
  }
  const std::size_t parts = (bytes.size() + kPartBytes - 1) / kPartBytes;
  const Item key = items.front();
  add_text(items.front(), "event", shortened(letter.event.type));  // for lists, and for people
  items.front().push_back({std::string{kSizes}, std::move(sizes)});
  items.front().push_back({std::string{kParts}, number(static_cast<std::int64_t>(parts))});
  items.front().push_back({std::string{kDeflated}, slice(bytes, 0)});
  for (std::size_t part = 1; part < parts; ++part) {
    Item further{key[0], {std::string{kSort}, part_place(*find_text(key, kSort), part)}};
    further.push_back({std::string{kDeflated}, slice(bytes, part)});
    items.push_back(std::move(further));
  }
}

Bytes deflated_in(const std::vector<Item>& items) {
  const std::string place = need_sort_key(items.front());
  Bytes all;
  for (std::size_t part = 0; part < items.size(); ++part) {
    const Bytes* const bytes = find_bytes(items[part], kDeflated);
    if (bytes == nullptr || (part > 0 && need_sort_key(items[part]) != part_place(place, part))) {
      throw_corrupt(items.front());
    }
    all.insert(all.end(), bytes->begin(), bytes->end());
  }
  return all;
}

void read_deflated(EventCopy& event, const List& sizes, const std::vector<Item>& items) {
  const Item& first = items.front();
  if (sizes.size() != kLargeTexts.size()) throw_corrupt(first);
  std::array<std::size_t, kLargeTexts.size()> lengths{};
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto size = find_integer({{"size", sizes[i]}}, "size");
    if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > kMostLetterBytes) throw_corrupt(first);
    lengths[i] = static_cast<std::size_t>(*size);
  }
  const std::size_t whole = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  if (whole > kMostLetterBytes) throw_corrupt(first);
  const std::string all = need(inflated(deflated_in(items), whole), first);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    event.*kLargeTexts[i].member = all.substr(begin, lengths[i]);
    begin += lengths[i];
  }
}

}  // namespace

std::vector<Item> letter_items(const Uuid& shelf, const DeadLetter& letter, Timestamp parked_at) {
  std::vector<Item> items{facts_item(shelf, letter, parked_at)};
  std::size_t bytes = 0;
  for (const LargeText& text : kLargeTexts) bytes += (letter.event.*text.member).size();
  if (bytes <= kMostPlainBytes) {
    for (const LargeText& text : kLargeTexts) add_text(items.front(), text.name, letter.event.*text.member);
  } else {
    add_deflated(items, letter);
  }
  for (const Item& item : items) {  // of the other texts only a program's own can be that large
    if (const std::size_t size = item_size(item); size > kMaxItemBytes) {
      throw_too_large(letter,
                      "an item of " + std::to_string(size) + " bytes; DynamoDB holds " + std::to_string(kMaxItemBytes));
    }
  }
  return items;
}

std::size_t items_in_all(const Item& first) {
  if (find(first, kSizes) == nullptr) return 1;
  constexpr std::int64_t kMost = kMostDeflatedBytes / kPartBytes + 1;
  const std::int64_t items = need(find_integer(first, kParts), first);
  if (items < 1 || items > kMost) throw_corrupt(first);
  return static_cast<std::size_t>(items);
}

DeadLetter read_letter(std::string_view sequence, const std::vector<Item>& items) {
  const Item& first = items.front();
  const LetterKey key = need(read_place(need_sort_key(first)), first);
  DeadLetter letter;
  EventCopy& event = letter.event;
  letter.sequence = sequence;
  event.version = key.version;
  event.id = need(find_uuid(first, "eventId"), first);
  event.partition = need_narrow(first, "partition");
  event.position = Position{need(find_integer(first, "position"), first)};
  event.committed_at = need(find_time(first, "committedAt"), first);
  event.schema_version = need_narrow(first, "schemaVersion");
  event.commit_id = need(find_uuid(first, "commitId"), first);
  event.commit_pos = need_narrow(first, "commitPos");
  event.commit_size = need_narrow(first, "commitSize");
  if (const List* const sizes = find_list(first, kSizes)) {
    read_deflated(event, *sizes, items);
  } else {
    for (const LargeText& text : kLargeTexts) event.*text.member = need_text(first, text.name);
  }
  letter.reason = need_reason(first);
  letter.failure = need_failure(first);
  letter.error_type = need_text(first, "errorType");
  letter.error_message = need_text(first, "errorMessage");
  letter.attempts = need_narrow(first, "attempts");
  letter.redrives = need_narrow(first, "redrives");
  letter.first_failed_at = need(find_time(first, "firstFailedAt"), first);
  letter.parked_at = need(find_time(first, "parkedAt"), first);
  letter.node = need_text(first, "node");
  if (key_of(letter) != key) throw_corrupt(first);
  return letter;
}

FirstLetter first_of(const DeadLetter& letter, std::size_t items) {
  return {key_of(letter),
          shortened(letter.event.type),
          letter.reason,
          letter.failure,
          shortened(letter.error_type),
          shortened(letter.error_message),
          letter.redrives,
          items};
}

FirstLetter read_first_letter(const Item& item) {
  return {need(read_place(need_sort_key(item)), item),
          shortened(need_text(item, "event")),
          need_reason(item),
          need_failure(item),
          shortened(need_text(item, "errorType")),
          shortened(need_text(item, "errorMessage")),
          need_narrow(item, "redrives"),
          items_in_all(item)};
}

}  // namespace leftfold::inline v0::dynamodb
