// SPDX-License-Identifier: Apache-2.0
// The tables of the file, as docs/format/sqlite.md describes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "sqlite/connection.h"

namespace leftfold::inline v0::sqlite {

inline constexpr std::int64_t kApplicationId = 0x4C666C64;  // "Lfld"
inline constexpr std::int64_t kFormatVersion = 2;

/// Is there once an event was imported that is older than the one before it. Holds nothing.
inline constexpr const char* kEarlierTimesTable =
    "CREATE TABLE IF NOT EXISTS leftfold_earlier_times(unused INTEGER) STRICT";

/// Makes an empty file (or one that holds read tables only) a store, or checks that it is one of this version. A file
/// of an older version, or without the table of snapshots, gets the tables it lacks when `access` is read_write;
/// read_only leaves it as it is, so that readers must do without them (has_table). Several processes may do this at
/// once.
/// Throws Error(unsupported) for a newer format, invalid_argument for another program's database, corrupt for a file
/// that is no database, unavailable, storage_full, permission_denied.
void open_store(Connection& connection, Access access, std::chrono::milliseconds lock_timeout);

/// Makes the file one that can hold read tables, creating the `leftfold_projection*` tables. Throws as open_store.
void open_read_model(Connection& connection, std::chrono::milliseconds lock_timeout);

/// Whether there is a table of that name; it must need no quoting.
[[nodiscard]] bool has_table(Connection& connection, const std::string& name);

/// Whether the connection's file is a store of events.
[[nodiscard]] bool is_store(Connection& connection);

/// Whether a table of this name is one of a store's own, beside the `leftfold_` ones. As SQLite compares names.
[[nodiscard]] bool is_store_table(std::string_view name) noexcept;

}  // namespace leftfold::inline v0::sqlite
