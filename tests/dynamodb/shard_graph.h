// SPDX-License-Identifier: Apache-2.0
// A stream of many shards, made of the records of one: what DynamoDB's streams do and no local server does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <leftfold/change_stream.h>

namespace leftfold::test_dynamodb {

/// What a stream does to those who read it. The counts of "one in" are of calls; 0: never. Plain value.
struct StreamFaults {
  std::uint64_t seed = 1;
  std::size_t window = 1;           ///< records that come in any order among each other, those of one item excepted
  std::size_t records_a_shard = 0;  ///< after so many a shard ends and has one child or two; 0: never
  std::size_t most_open = 4;        ///< shards that take records; with so many, no shard has two children
  int late = 0;                     ///< a shard, and that it has ended, shows up to so many lists later
  std::size_t list_page = 100;      ///< shards in a page of a list
  int repeat_one_in = 0;            ///< pages of records that come again
  int empty_one_in = 0;             ///< pages without records although there are some
  int limit_one_in = 0;             ///< refused with LimitExceededException
  int expire_one_in = 0;            ///< iterators that have expired
};

/// The shards of one stream. One thread at a time.
class ShardGraph {
 public:
  struct Record {
    std::string item;      ///< names what it is about: records of one item stay in their order
    std::string json;      ///< with a SequenceNumber, which is replaced
    std::string sequence;  ///< given by add()
  };
  struct Page {
    enum class Outcome { records, trimmed, gone };
    Outcome outcome = Outcome::records;
    std::vector<std::string> records;
    std::size_t next = 0;
    bool ended = false;  ///< the shard takes no more, and this was all of it
  };

  ShardGraph(const StreamFaults& faults, std::string prefix);

  /// Shuffles records within windows and puts each into the open shard for its item.
  void add(std::vector<Record> records);
  /// All open shards end, without children.
  void close();

  /// The shards as a list shows them now, the newest first; each call counts for `late`.
  [[nodiscard]] std::vector<Shard> list(const std::string& children_of = {});
  /// Where to read a shard from; what a Page says when it is trimmed or gone.
  [[nodiscard]] Page place(const std::string& shard, const std::string& after) const;
  [[nodiscard]] Page read(const std::string& shard, std::size_t place, std::size_t max) const;

  /// The oldest records of all shards vanish; returns how many there were.
  std::size_t trim(std::size_t records);
  /// Shards that have ended and whose records have vanished are gone; returns how many.
  std::size_t forget();

  [[nodiscard]] std::size_t shards() const { return shards_.size(); }
  [[nodiscard]] std::size_t splits() const { return splits_; }
  [[nodiscard]] std::size_t rollovers() const { return rollovers_; }
  [[nodiscard]] std::size_t generations() const;

 private:
  struct Node {
    std::string id;
    std::string parent;
    std::uint64_t low = 0, high = 0;  // hashes of the items it takes, both included
    std::vector<Record> records;
    std::size_t trimmed = 0;  // of them
    std::size_t generation = 1;
    bool ended = false;
    bool gone = false;
    int shown_from = 0;  // lists
    int ended_from = 0;
  };
  void shuffle(std::vector<Record>& records);
  void put(Record record);
  void end(std::size_t place);
  void open(std::string parent, std::uint64_t low, std::uint64_t high, std::size_t generation);
  [[nodiscard]] const Node* find(const std::string& id) const;
  [[nodiscard]] int some_lists();

  const StreamFaults faults_;
  const std::string prefix_;
  std::mt19937_64 random_;
  std::vector<Node> shards_;  // in the order they were born
  std::uint64_t records_ = 0;
  int lists_ = 0;
  std::size_t splits_ = 0, rollovers_ = 0;
};

/// Sequence numbers as DynamoDB's: 21 digits or more, growing as numbers and not as texts. `n` from 1.
[[nodiscard]] std::string sequence_number(std::uint64_t n);

}  // namespace leftfold::test_dynamodb
