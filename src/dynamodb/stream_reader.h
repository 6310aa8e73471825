// SPDX-License-Identifier: Apache-2.0
// Reads events of one aggregate, or of all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/event_page.h>

#include "dynamodb/client.h"
#include "dynamodb/event_item.h"
#include "dynamodb/known_heads.h"

namespace leftfold::inline v0::dynamodb {

/// Where events are kept.
struct EventTable {
  Client& client;
  KnownHeads& known;
  std::string name;
  bool packed = false;  ///< items may hold a whole commit
};

/// Any thread. The table's client must outlive it.
class StreamReader {
 public:
  explicit StreamReader(EventTable table) : table_{std::move(table)} {}

  /// As EventStore::read_stream. A transaction that a query saw in part is read again until it is whole.
  [[nodiscard]] EventPage read(std::string_view aggregate_id, Version from, std::size_t max);
  /// The last item of the aggregate, read consistently; empty when there is none.
  [[nodiscard]] std::optional<ItemHead> last(std::string_view aggregate_id);
  /// The item at this place, read consistently; empty when there is none.
  [[nodiscard]] std::optional<ItemHead> at(std::string_view aggregate_id, Version version);

 private:
  struct Run;
  void read_on(Run& run, int attempt);
  void add_item(Run& run, const Item& item);
  [[nodiscard]] std::optional<Item> last_item(std::string_view aggregate_id, Version up_to);
  void wait_for_the_rest(const Run& run, int attempt);

  EventTable table_;
};

}  // namespace leftfold::inline v0::dynamodb
