// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/utf8.h"
#include "dynamodb/append_marker.h"
#include "http/sha256.h"

namespace leftfold::inline v0::dynamodb {
namespace {

// A sort key has at most 1024 bytes, and a subscription's name is one.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
constexpr std::size_t kMostSortKeyBytes = 1024;
constexpr std::string_view kPlainId = "id#";
constexpr std::string_view kHashedId = "sha256#";
constexpr char kPart = '#';
constexpr char kBehindParts = '$';  // the character after kPart
constexpr std::size_t kLongDigits = 16;
constexpr std::size_t kShortDigits = 8;

std::string_view checked(std::string_view subscription) {
  if (!subscription.empty() && subscription.size() <= kMostSortKeyBytes && detail::is_utf8(subscription)) {
    return subscription;
  }
  throw Error{Errc::invalid_argument, "dead letters of " + detail::in_quotes(subscription) +
                                          ": DynamoDB keeps them under names of 1 to 1024 bytes of UTF-8 text"};
}

bool is_plain(std::string_view id) {
  return kPlainId.size() + id.size() <= kMostSortKeyBytes && detail::is_utf8(id) &&
         std::ranges::none_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20U; });
}

/// Hexadecimal digits that sort as the number does: its sign bit is turned, so that negative ones come first.
template <std::unsigned_integral Bits>
void append_sortable(std::string& out, Bits bits) {
  constexpr std::size_t kDigits = sizeof(Bits) * 2;
  std::array<char, kDigits> digits{};
  const auto turned = static_cast<Bits>(bits ^ (Bits{1} << (sizeof(Bits) * 8 - 1)));
  const auto end = std::to_chars(digits.data(), digits.data() + kDigits, turned, 16).ptr;
  const auto length = static_cast<std::size_t>(end - digits.data());
  out.append(kDigits - length, '0').append(digits.data(), length);
}

template <std::unsigned_integral Bits>
std::optional<Bits> read_sortable(std::string_view digits) {
  Bits bits = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  if (error != std::errc{} || rest != digits.data() + digits.size()) return std::nullopt;
  return static_cast<Bits>(bits ^ (Bits{1} << (sizeof(Bits) * 8 - 1)));
}

}  // namespace

std::string heads_of(std::string_view subscription) { return std::string{"dead#"}.append(checked(subscription)); }
std::string changes_of(std::string_view subscription) {
  return std::string{"dead-changes#"}.append(checked(subscription));
}
std::string letters_of(const Uuid& shelf) { return "dead-letters#" + shelf.to_string(); }

Item registry_key(std::string_view subscription) {
  return {{std::string{kKind}, kDeadSubscriptions}, {std::string{kSort}, checked(subscription)}};
}

Item head_key(std::string_view subscription, std::string_view sequence) {
  std::string place{is_plain(sequence) ? kPlainId : kHashedId};
  if (is_plain(sequence)) place += sequence;
  else http::append_hex(place, http::sha256(sequence));
  return {{std::string{kKind}, heads_of(subscription)}, {std::string{kSort}, std::move(place)}};
}

std::string place_of(const LetterKey& key) {
  std::string place;
  append_sortable(place, static_cast<std::uint64_t>(key.version.value()));
  append_sortable(place += '-', static_cast<std::uint32_t>(key.partition));
  append_sortable(place += '-', static_cast<std::uint64_t>(key.position.value()));
  return place;
}

std::optional<LetterKey> read_place(std::string_view text) {
  constexpr std::size_t kPartition = kLongDigits + 1;
  constexpr std::size_t kPosition = kPartition + kShortDigits + 1;
  if (text.size() != kPosition + kLongDigits) return std::nullopt;
  const auto version = read_sortable<std::uint64_t>(text.substr(0, kLongDigits));
  const auto partition = read_sortable<std::uint32_t>(text.substr(kPartition, kShortDigits));
  const auto position = read_sortable<std::uint64_t>(text.substr(kPosition));
  if (!version || !partition || !position) return std::nullopt;
  const LetterKey key{Version{static_cast<std::int64_t>(*version)}, static_cast<std::int32_t>(*partition),
                      Position{static_cast<std::int64_t>(*position)}};
  return place_of(key) == text ? std::optional{key} : std::nullopt;  // one text a key
}

std::string part_place(std::string_view place, std::size_t part) {
  return std::string{place} + kPart + std::to_string(part);
}
std::string behind_place(std::string_view place) { return std::string{place} + kBehindParts; }
std::string_view place_in(std::string_view sort_key) noexcept { return sort_key.substr(0, sort_key.find(kPart)); }

}  // namespace leftfold::inline v0::dynamodb
