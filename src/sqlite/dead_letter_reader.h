// SPDX-License-Identifier: Apache-2.0
// Reads the tables of dead letters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>

#include "sqlite/connection.h"

namespace leftfold::inline v0::sqlite {

/// As the functions of DeadLetterStore with these names. One thread at a time, the connection's.
[[nodiscard]] std::vector<std::string> read_sequences(Connection& connection, std::string_view subscription);
[[nodiscard]] std::vector<DeadSequence> read_list(Connection& connection, const DeadLetterFilter& filter,
                                                  std::size_t offset, std::size_t max, Timestamp now);
[[nodiscard]] DeadLetterCounts read_counts(Connection& connection, const DeadLetterFilter& filter);
[[nodiscard]] std::vector<DeadLetter> read_letters(Connection& connection, std::string_view subscription,
                                                   std::string_view sequence, std::optional<LetterKey> after,
                                                   std::size_t max);
[[nodiscard]] std::vector<DeadLetterChange> read_changes(Connection& connection, std::string_view subscription,
                                                         std::string_view sequence, std::size_t offset,
                                                         std::size_t max);

}  // namespace leftfold::inline v0::sqlite
