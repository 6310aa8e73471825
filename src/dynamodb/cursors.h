// SPDX-License-Identifier: Apache-2.0
// How far each aggregate is published, in the second table.
#pragma once

#include <optional>
#include <string>

#include <leftfold/cursor_store.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// One item an aggregate and publisher: publishers of different names do not see each other's. An id that is too long
/// for the key is in it by its SHA-256, and as an attribute. An item that cannot be read,
/// changed by hand perhaps, counts as none, with an error in the client's log. Any thread. The client must outlive it.
class Cursors final : public CursorStore {
 public:
  /// `name` is the publisher's, not empty.
  Cursors(Client& client, std::string table, std::string name)
      : client_{client}, table_{std::move(table)}, name_{std::move(name)} {}

  [[nodiscard]] std::vector<Version> load(std::span<const std::string_view> aggregate_ids) override;
  void advance(std::span<const PublishCursor> cursors) override;
  bool remove(std::string_view aggregate_id) override;

 private:
  [[nodiscard]] std::optional<PublishCursor> readable(const Item& item) const;
  Client& client_;
  const std::string table_;
  const std::string name_;
};

/// The item of a cursor; docs/stores/dynamodb.md shows it.
[[nodiscard]] Item cursor_item(std::string_view name, const PublishCursor& cursor);
/// Throws Error(corrupt) for an item that is no cursor.
[[nodiscard]] PublishCursor read_cursor(const Item& item);

}  // namespace leftfold::inline v0::dynamodb
