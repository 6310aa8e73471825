// SPDX-License-Identifier: Apache-2.0
// The audit trail of changes by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/dead_letter_reader.h"

namespace leftfold::inline v0::dynamodb {

/// One line of the trail: one change of one letter or of many of a sequence. The letters as they were before and after
/// lie on shelves of their own, which nothing else changes: for a discard, those that its sequence had. Plain
/// value.
struct TrailLine {
  Uuid id;  ///< version 7: the order of lines
  Timestamp at{};
  std::string sequence;
  std::string action;
  ChangedBy by;
  std::int64_t letters = 0;
  std::optional<Uuid> before;
  std::optional<Uuid> after;
};

/// docs/stores/dynamodb.md shows it.
[[nodiscard]] Item trail_item(std::string_view subscription, const TrailLine& line);
/// Throws Error(corrupt) for an item that is no line.
[[nodiscard]] TrailLine read_trail_line(std::string_view subscription, const Item& item);

/// These items as they lie on another shelf.
[[nodiscard]] std::vector<Item> kept_under(const Uuid& shelf, std::vector<Item> items);

/// As DeadLetterStore::changes.
[[nodiscard]] std::vector<DeadLetterChange> read_changes(const DeadLetterReader& reader, std::string_view subscription,
                                                         std::string_view sequence, std::size_t offset,
                                                         std::size_t max);

}  // namespace leftfold::inline v0::dynamodb
