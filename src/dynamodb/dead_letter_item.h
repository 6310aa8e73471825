// SPDX-License-Identifier: Apache-2.0
// A dead letter as items of the second table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/attribute_value.h"
#include "dynamodb/dead_letter_head.h"

namespace leftfold::inline v0::dynamodb {

/// A letter's texts are attributes as long as they have at most this many bytes together; above it they are deflated
/// together, and what does not fit one item goes on in further ones.
inline constexpr std::size_t kMostPlainBytes = std::size_t{256} * 1024;
/// Of deflated texts in one item.
inline constexpr std::size_t kPartBytes = std::size_t{380} * 1024;
/// Of deflated texts of one letter: an edit, which keeps what it was and what it is, must fit one transaction.
inline constexpr std::size_t kMostDeflatedBytes = std::size_t{1280} * 1024;
/// Of the texts before: a damaged size must not ask for all memory.
inline constexpr std::size_t kMostLetterBytes = std::size_t{64} * 1024 * 1024;

/// The letter in one item or several; docs/stores/dynamodb.md shows one. Throws Error(invalid_argument) that names the
/// event for one that is too large.
[[nodiscard]] std::vector<Item> letter_items(const Uuid& shelf, const DeadLetter& letter, Timestamp parked_at);

/// The letter from the items it lies in, the first one first. Throws Error(corrupt).
[[nodiscard]] DeadLetter read_letter(std::string_view sequence, const std::vector<Item>& items);
/// How many items a letter lies in, by its first one. Throws Error(corrupt).
[[nodiscard]] std::size_t items_in_all(const Item& first);

/// What a head says of this letter.
[[nodiscard]] FirstLetter first_of(const DeadLetter& letter, std::size_t items);
/// The same by the letter's first item alone. Throws Error(corrupt).
[[nodiscard]] FirstLetter read_first_letter(const Item& item);

}  // namespace leftfold::inline v0::dynamodb
