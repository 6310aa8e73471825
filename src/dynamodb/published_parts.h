// SPDX-License-Identifier: Apache-2.0
// What one publisher needs of the tables.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/published_store.h>

#include "dynamodb/client.h"
#include "dynamodb/cursors.h"
#include "dynamodb/leases.h"
#include "dynamodb/marked_events.h"
#include "dynamodb/table_changes.h"

namespace leftfold::inline v0::dynamodb {

/// Keeps the ports of each publisher, by name. Any thread. The clients must outlive it.
class PublishedParts {
 public:
  PublishedParts(Client& tables, Client& streams, std::string events_table, std::string second_table, bool packed)
      : tables_{tables},
        events_table_{std::move(events_table)},
        second_table_{std::move(second_table)},
        leases_{tables, second_table_},
        changes_{tables, streams, events_table_, packed} {}

  /// All ports but those for reading events. Asks for the table's index until it was answered once. Throws
  /// Error(invalid_argument) for an empty name, not_found without an events table, and as Client does.
  [[nodiscard]] PublishedStore of(std::string_view name);

 private:
  Client& tables_;
  const std::string events_table_;
  const std::string second_table_;
  Leases leases_;
  TableChanges changes_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Cursors>, std::less<>> cursors_;
  bool asked_ = false;
  std::optional<MarkedEvents> outbox_;
};

}  // namespace leftfold::inline v0::dynamodb
