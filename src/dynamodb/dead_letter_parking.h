// SPDX-License-Identifier: Apache-2.0
// Parks letters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/client.h"
#include "dynamodb/dead_letter_commit.h"
#include "dynamodb/dead_letter_reader.h"

namespace leftfold::inline v0::dynamodb {

/// Adds letters of one subscription, all or none as readers see it: in one transaction; when that is too large for
/// DynamoDB, they are written on shelves that nothing names yet, with the letters that their sequences have, and
/// one transaction of the heads alone names those. Any thread. The client must outlive it.
class DeadLetterParking {
 public:
  DeadLetterParking(Client& client, std::string table)
      : client_{client}, table_{std::move(table)}, reader_{client, table_} {}

  /// Returns how many were added. Throws Error(storage_full) at a limit, invalid_argument for a letter that is too
  /// large, or more sequences than one transaction can make.
  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters, const DeadLetterLimits& limits);
  /// As DeadLetterStore::park_behind.
  [[nodiscard]] bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                 const DeadLetterLimits& limits);
  /// With their facts as they are, and a line of the trail for each sequence.
  std::size_t import(std::string_view subscription, std::span<const DeadLetter> letters, const ChangedBy& by);

 private:
  /// What is asked for, with all that does not change from round to round.
  struct Order {
    std::string_view subscription;
    DeadLetterLimits limits;
    const ChangedBy* by = nullptr;  // of an import
    Timestamp now{};
    DeadLetterCall call;
  };
  using Letters = std::vector<const DeadLetter*>;  // of one sequence, in order, no key twice
  /// One sequence and what is to be added to it.
  struct Addition {
    std::string_view sequence;
    Letters letters;                 // that are asked for
    Letters fresh;                   // that are not there
    std::optional<DeadHead> before;  // as it is stored
  };
  enum class Way { together, ahead };

  [[nodiscard]] static std::vector<Addition> sorted(std::span<const DeadLetter> letters);
  std::size_t add(Order order, std::vector<Addition> additions);
  /// False when a head changed while its letters were read.
  [[nodiscard]] bool look(const Order& order, Addition& addition) const;
  void check_limits(const Order& order, const std::vector<Addition>& additions) const;
  /// Puts everything in `commit`; with Way::ahead the letters in `ahead` instead.
  void fill(const Order& order, const std::vector<Addition>& additions, Way way, DeadLetterCommit& commit,
            std::vector<Item>& ahead) const;
  [[nodiscard]] DeadLetterCommit::End store(const Order& order, const std::vector<Addition>& additions) const;
  void write_ahead(std::span<const Item> items) const;
  void remove_all(std::span<const Item> items) const;
  /// Removes what nothing names any more.
  void forget(std::span<const Item> written_ahead) const noexcept;
  void forget(const Uuid& shelf) const noexcept;

  Client& client_;
  const std::string table_;
  const DeadLetterReader reader_;
};

}  // namespace leftfold::inline v0::dynamodb
