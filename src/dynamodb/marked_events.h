// SPDX-License-Identifier: Apache-2.0
// Events that the Node library wrote and marked as not yet published.
#pragma once

#include <optional>
#include <string>

#include <leftfold/outbox.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// The index of `published` and `committedAt` with whole items, as the Node library creates it: its name, empty when
/// the table has none.
[[nodiscard]] std::string index_of_marks(const TableDescription& table);

/// Items whose attribute `published` is 0. Any thread. The client must outlive it.
class MarkedEvents final : public Outbox {
 public:
  MarkedEvents(Client& client, std::string table, std::string index)
      : client_{client}, table_{std::move(table)}, index_{std::move(index)} {}

  /// The oldest ones by `committedAt`, a writer's clock.
  [[nodiscard]] EventPage unpublished(std::size_t max) override;
  void mark_published(std::span<const RecordedEvent> events) override;

 private:
  Client& client_;
  const std::string table_;
  const std::string index_;
};

}  // namespace leftfold::inline v0::dynamodb
