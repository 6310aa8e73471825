// SPDX-License-Identifier: Apache-2.0
// Dead letters as rows of `leftfold_dead_letters`, and the other tables' values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// The columns that letter_of reads, in its order, and how many they are.
inline constexpr std::string_view kLetterColumns =
    "version, order_partition, order_position, event_id, aggregate_id, type, payload, metadata, partition, position, "
    "committed_at, schema_version, commit_id, commit_pos, commit_size, reason, failure, error_type, error_message, "
    "attempts, redrives, first_failed_at, parked_at, node";

/// In the order of a sequence.
inline constexpr std::string_view kLetterOrder = "version, order_partition, order_position";

/// Binds a letter's values to the parameters ?2 and on of kInsertLetter; ?1 is the row of its sequence.
inline constexpr std::string_view kInsertLetter =
    "INSERT INTO leftfold_dead_letters(sequence, version, order_partition, order_position, event_id, aggregate_id, "
    "type, payload, metadata, partition, position, committed_at, schema_version, commit_id, commit_pos, commit_size, "
    "reason, failure, error_type, error_message, attempts, redrives, first_failed_at, parked_at, node) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
    "?24, ?25) ON CONFLICT DO NOTHING";
void bind_letter(Statement& insert, const DeadLetter& letter, Timestamp parked_at);

/// The letter of a row with kLetterColumns from column `first` on. Throws Error(corrupt) for a row that holds none.
[[nodiscard]] DeadLetter letter_of(const Statement& row, int first, std::string_view sequence);

[[nodiscard]] LetterKey key_of(const DeadLetter& letter) noexcept;
/// Binds a key to three parameters from `first` on.
void bind_key(Statement& statement, int first, const LetterKey& key);
/// The key in three columns from `first` on.
[[nodiscard]] LetterKey key_of(const Statement& row, int first);

void bind_time(Statement& statement, int index, std::optional<Timestamp> time);
[[nodiscard]] Timestamp time_of(const Statement& row, int column);

/// Throw Error(corrupt) for a name that is none.
[[nodiscard]] ParkReason reason_of(std::string_view name);
[[nodiscard]] FailureClass failure_class_of(std::string_view name);

}  // namespace leftfold::inline v0::sqlite
