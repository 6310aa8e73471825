// SPDX-License-Identifier: Apache-2.0
// Reads heads and letters.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dead_letter_store.h>
#include <leftfold/error.h>

#include "dynamodb/client.h"
#include "dynamodb/dead_letter_head.h"
#include "dynamodb/partition.h"

namespace leftfold::inline v0::dynamodb {

/// A letter with the items it lies in.
struct KeptLetter {
  DeadLetter letter;
  std::vector<Item> items;
};

/// Reads consistently; throws Error(corrupt) that names the item for one that cannot be read, and what the client
/// throws. What lies on a shelf means something only while a head, or a line of the trail, names it. Any
/// thread. The client must outlive it.
class DeadLetterReader {
 public:
  DeadLetterReader(Client& client, std::string table) : client_{client}, table_{std::move(table)} {}

  /// Every subscription that ever had letters.
  [[nodiscard]] std::vector<std::string> subscriptions() const;
  [[nodiscard]] std::optional<DeadHead> head(std::string_view subscription, std::string_view sequence) const;
  [[nodiscard]] std::vector<DeadHead> heads(std::string_view subscription) const;

  /// As DeadLetterStore::letters, of one shelf.
  [[nodiscard]] std::vector<KeptLetter> letters(const Uuid& shelf, std::string_view sequence,
                                                std::optional<LetterKey> after, std::size_t max) const;
  /// Of a sequence from its first letter on. Throws Error(corrupt) when that is not the one the head names: what comes
  /// behind it must not be handled before it.
  [[nodiscard]] std::vector<KeptLetter> letters(const DeadHead& head, std::size_t max) const;
  [[nodiscard]] std::optional<KeptLetter> letter(const DeadHead& head, const LetterKey& key) const;
  /// The same for a letter that must be there: else it throws Error(corrupt).
  [[nodiscard]] KeptLetter need(const DeadHead& head, const LetterKey& key) const;
  /// The first letter behind `key`, which there must be: else it throws Error(corrupt).
  [[nodiscard]] FirstLetter next(const Uuid& shelf, const LetterKey& key) const;
  /// Those of these places at which a letter lies.
  [[nodiscard]] std::set<std::string> present(const Uuid& shelf, std::span<const std::string> places) const;
  /// All items of a shelf as they are.
  [[nodiscard]] std::vector<Item> items(const Uuid& shelf) const;

  /// Whether a sequence is not any more what this head says.
  [[nodiscard]] bool changed(const DeadHead& head) const;
  /// What `read` says of the letters of a sequence; nothing when it failed because the sequence changed meanwhile.
  template <class Read>
  auto steady(const DeadHead& head, Read read) const -> std::optional<decltype(read())> {
    try {
      return read();
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt || !changed(head)) throw;
      return std::nullopt;
    }
  }

  /// each_item() of this table.
  template <class Visit>
  void each(QueryRequest query, Visit visit) const {
    each_item(client_, std::move(query), std::move(visit));
  }
  /// Of everything in a partition.
  [[nodiscard]] QueryRequest all_of(std::string partition) const { return query_of(table_, std::move(partition)); }

 private:
  [[nodiscard]] QueryRequest behind(const Uuid& shelf, const LetterKey& key) const;

  Client& client_;
  const std::string table_;
};

}  // namespace leftfold::inline v0::dynamodb
