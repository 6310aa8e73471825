// SPDX-License-Identifier: Apache-2.0
// Deletes the rows of generations that are not in use any more.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "dynamodb/client.h"
#include "dynamodb/read_table_items.h"

namespace leftfold::inline v0::dynamodb {

/// Rows with generations: the item that says which are garbage, and the partition of one. Plain value.
struct SweptRows {
  ItemKey item;
  std::function<std::string(std::int64_t generation)> kind;
};
[[nodiscard]] SweptRows rows_of(std::string_view table);
[[nodiscard]] SweptRows handled_of(std::string_view projector);

/// How many rows one call deletes at most, so that it takes tens of milliseconds.
inline constexpr int kSweptAtOnce = 100;

/// Deletes rows of one generation, kSweptAtOnce at most. Returns whether nothing is left of it. Throws as Client.
[[nodiscard]] bool sweep_kind(Client& client, std::string_view table, const std::string& kind);

/// Deletes some garbage, and takes a generation off the item's list once nothing of it is left. Several processes may
/// do so at a time. What a transaction that was under way writes into such a generation afterwards stays, unseen: the
/// rows of one batch at most. Throws as Client.
void sweep_some(Client& client, std::string_view table, const SweptRows& rows);

}  // namespace leftfold::inline v0::dynamodb
