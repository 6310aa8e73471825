// SPDX-License-Identifier: Apache-2.0
// Reads one shard of a table's stream.
#pragma once

#include <string>

#include <leftfold/change_stream.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// A place that the shard refuses, edited by hand perhaps, is End::trimmed and an error in the client's log: what
/// followed it is not known. One thread at a time. The client, which leads to the streams' endpoint, must outlive it.
class StreamShardReader final : public ShardReader {
 public:
  StreamShardReader(Client& streams, std::string stream, std::string shard, std::string after)
      : streams_{streams}, stream_{std::move(stream)}, shard_{std::move(shard)}, after_{std::move(after)} {}

  /// DynamoDB gives at most 1000 records, or 1 MB of them, at a time.
  [[nodiscard]] ChangePage read(std::size_t max) override;

 private:
  [[nodiscard]] ChangePage next(std::size_t max);
  [[nodiscard]] ChangePage ended(ChangePage::End end);

  Client& streams_;
  const std::string stream_;
  const std::string shard_;
  std::string after_;     // sequence number of the last record that was handed out
  std::string iterator_;  // empty: to be asked for
  bool begun_ = false;    // it has read once, so `after_` is a place
  ChangePage::End end_ = ChangePage::End::none;
};

}  // namespace leftfold::inline v0::dynamodb
