// SPDX-License-Identifier: Apache-2.0
// The streams' endpoint before a real server's stream of one shard: shows its records as a graph of shards, with
// faults.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/shard_graph.h"
#include "support/http_server.h"

namespace leftfold::test_dynamodb {

/// Each call first takes what is new in the real stream. Any thread.
class FaultyStream {
 public:
  struct Counts {
    std::size_t records = 0;    ///< taken from the real stream
    std::size_t lost = 0;       ///< of these, while the stream was disabled
    std::size_t shards = 0;     ///< of all streams, as the following
    std::size_t splits = 0;     ///< shards with two children
    std::size_t rollovers = 0;  ///< shards with one
    std::size_t generations = 0;
    std::size_t repeated = 0, empty = 0, limited = 0, expired = 0;  ///< answers of these kinds
    std::size_t trimmed = 0, gone = 0;                              ///< refusals because of it
  };

  /// `direct` leads to the real server.
  FaultyStream(const DynamoDbOptions& direct, const StreamFaults& faults);

  /// DescribeStream, GetShardIterator, GetRecords.
  [[nodiscard]] test_support::HttpReply answer(std::string_view operation, const std::string& body);
  /// The real server's answer to DescribeTable, with this stream in it.
  [[nodiscard]] std::string described(std::string table);

  /// All iterators there are have expired.
  void expire_iterators();
  /// The next so many calls are refused with LimitExceededException.
  void limit(int calls);
  /// The oldest records vanish; returns how many there were.
  std::size_t trim(std::size_t records);
  /// Ended shards whose records have vanished are gone; returns how many.
  std::size_t forget_shards();
  /// All shards end, and nobody will find what is stored until enable(), which begins another stream.
  void disable();
  void enable();

  /// The stream's ARN.
  [[nodiscard]] std::string stream() const;
  [[nodiscard]] Counts counts() const;

 private:
  using Reply = test_support::HttpReply;
  struct Stream {
    std::string arn;
    ShardGraph graph;
  };
  [[nodiscard]] Reply describe(const std::string& body);
  [[nodiscard]] Reply iterator(const std::string& body);
  [[nodiscard]] Reply records(const std::string& body);
  [[nodiscard]] Reply refusal_of(ShardGraph::Page::Outcome outcome);
  void pull();
  void add_stream();
  [[nodiscard]] bool one_in(int count);
  [[nodiscard]] Stream* find(std::string_view arn);
  [[nodiscard]] std::string write_iterator(const Stream& stream, const std::string& shard, std::size_t place) const;

  const StreamFaults faults_;
  const std::string table_;
  const dynamodb::Transports transports_;
  dynamodb::Client tables_;
  dynamodb::Client streams_;

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::string real_iterator_;
  std::vector<std::unique_ptr<Stream>> made_;
  std::vector<ShardGraph::Record> held_;  // until a window is full, or nothing follows
  bool enabled_ = true;
  int limited_calls_ = 0;
  int age_ = 0;  // of iterators
  Counts counts_;
};

}  // namespace leftfold::test_dynamodb
