// SPDX-License-Identifier: Apache-2.0
// Where dead letters lie in the second table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

// The layout, of which docs/stores/dynamodb.md shows an item each:
//   dead                       / subscription    that it ever had letters, and how many sequences it has
//   dead#<subscription>        / a sequence      its head: what lists show of it, and its claim
//   dead-letters#<shelf>       / a letter        the letters of one sequence since it was made, or kept for the trail
//   dead-changes#<subscription>/ a UUID          the audit trail
// What a partition "dead-letters#" holds is seen by way of the head or line of the trail that names it, and only so.

inline constexpr std::string_view kDeadSubscriptions = "dead";

/// The partition of a subscription's heads, and of its trail. Throw Error(invalid_argument) for a name that is no
/// UTF-8 text of 1 to 1024 bytes: DynamoDB takes no other in a key.
[[nodiscard]] std::string heads_of(std::string_view subscription);
[[nodiscard]] std::string changes_of(std::string_view subscription);
[[nodiscard]] std::string letters_of(const Uuid& shelf);

[[nodiscard]] Item registry_key(std::string_view subscription);
/// An id that is no printable text, or too long for a key, is in it by its SHA-256.
[[nodiscard]] Item head_key(std::string_view subscription, std::string_view sequence);

/// A letter's sort key: texts sort as their keys do, by version, then partition, then position.
[[nodiscard]] std::string place_of(const LetterKey& key);
/// Nothing for a text that place_of does not make.
[[nodiscard]] std::optional<LetterKey> read_place(std::string_view text);

/// Of the items behind a letter's first one, numbered from 1.
[[nodiscard]] std::string part_place(std::string_view place, std::size_t part);
/// Behind a letter and its parts, before the next one.
[[nodiscard]] std::string behind_place(std::string_view place);
/// The place of the letter that a sort key belongs to.
[[nodiscard]] std::string_view place_in(std::string_view sort_key) noexcept;

}  // namespace leftfold::inline v0::dynamodb
