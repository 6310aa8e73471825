// SPDX-License-Identifier: Apache-2.0
// The stream of the events table.
#pragma once

#include <string>

#include <leftfold/change_stream.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// Any thread. The clients must outlive it: `tables` leads to the table's endpoint, `streams` to the streams'.
class TableChanges final : public ChangeStream {
 public:
  /// `packed`: items may hold a whole commit.
  TableChanges(Client& tables, Client& streams, std::string table, bool packed = false)
      : tables_{tables}, streams_{streams}, table_{std::move(table)}, packed_{packed} {}

  /// ShardList::stream is the ARN of the table's newest stream, which has its time of birth in it. Throws
  /// Error(unsupported) too for one that shows only the keys of packed items: they do not tell how many events there
  /// are.
  [[nodiscard]] ShardList shards() override;
  [[nodiscard]] std::vector<Shard> children(const std::string& stream, const std::string& shard) override;
  [[nodiscard]] std::unique_ptr<ShardReader> open(const std::string& stream, const std::string& shard,
                                                  const std::string& after) override;

 private:
  [[nodiscard]] std::vector<Shard> list(const std::string& stream, const std::string& children_of);

  Client& tables_;
  Client& streams_;
  const std::string table_;
  const bool packed_;
};

}  // namespace leftfold::inline v0::dynamodb
