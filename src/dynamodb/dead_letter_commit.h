// SPDX-License-Identifier: Apache-2.0
// One change of dead letters as one transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamodb/client.h"
#include "dynamodb/dead_letter_head.h"

namespace leftfold::inline v0::dynamodb {

/// One call of a DeadLetterStore that writes letters: what its transactions are told by. It tries again from a new look
/// at the heads when somebody else was faster, which always means that somebody got on.
class DeadLetterCall {
 public:
  DeadLetterCall(std::string what, Timestamp now) : id_{Uuid::v7(now)}, what_{std::move(what)} {}

  [[nodiscard]] const Uuid& id() const noexcept { return id_; }
  /// Whether an earlier round of this very call, whose answer was lost, wrote this head.
  [[nodiscard]] bool wrote(const DeadHead& head) const { return round_ > 0 && head.write_id == id_; }
  /// Throws Error(throttled) when it was tried too often.
  void next_round();
  /// Names the transaction of this round: 36 characters, the most that DynamoDB takes.
  [[nodiscard]] std::string token() const;

 private:
  const Uuid id_;
  const std::string what_;
  int round_ = 0;
};

/// What is written in one step. One thread; at most one head a sequence.
class DeadLetterCommit {
 public:
  DeadLetterCommit(Client& client, std::string table, const DeadLetterCall& call)
      : client_{client}, table_{std::move(table)}, call_{call} {}

  /// Makes a head that is not there.
  void make(DeadHead head);
  /// Puts `after` in the place of `before`, if that is still what is stored.
  void replace(const DeadHead& before, DeadHead after);
  /// Ends a sequence, if `before` is still what is stored.
  void end(const DeadHead& before);
  void put(Item item);
  void put(std::vector<Item> items);
  void remove(Item key);
  /// A letter's first item as a failed re-drive leaves it.
  void update(Item key, std::string expression, Expression stand_ins);
  /// Notes that the subscription has so many sequences more; `room` is how many it may have before; 0: any number.
  void count(std::string_view subscription, std::int64_t more, std::optional<std::int64_t> room = std::nullopt);

  /// Whether a transaction of DynamoDB holds it.
  [[nodiscard]] bool fits() const noexcept;
  [[nodiscard]] std::size_t writes() const noexcept { return writes_.size(); }

  enum class End {
    stored,
    raced,    ///< a head is not what it was: nothing was stored
    no_room,  ///< the subscription has too many sequences: nothing was stored
  };
  /// Throws what Client::transact throws.
  [[nodiscard]] End commit();
  /// Whether an attempt of commit() got no answer: then it may have been stored though a later attempt was not, as
  /// DynamoDB knows a token for ten minutes only.
  [[nodiscard]] bool in_doubt() const noexcept { return in_doubt_; }

 private:
  void add(ItemWrite write);

  Client& client_;
  const std::string table_;
  const DeadLetterCall& call_;
  std::vector<ItemWrite> writes_;
  std::size_t bytes_ = 0;
  bool in_doubt_ = false;
  std::optional<std::size_t> counted_;  // the place of count()'s write
};

}  // namespace leftfold::inline v0::dynamodb
