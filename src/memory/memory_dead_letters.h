// SPDX-License-Identifier: Apache-2.0
// What MemoryDeadLetterStore holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <leftfold/dead_letter_store.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::detail {

// Sequences and the audit trail. Each function does all it says or, when it throws, nothing. One thread at a time.
class MemoryDeadLetters {
 public:
  struct Claim {
    Uuid token;
    std::string owner;
    Instant until{};  // measured by the clock that never jumps
  };
  struct Sequence {
    std::uint64_t number = 0;  // in the order of making
    Timestamp parked_at{};
    Timestamp changed_at{};
    std::optional<Timestamp> retry_at{};
    std::optional<Claim> claim{};
    std::map<LetterKey, DeadLetter> letters{};
  };
  struct Id {
    std::string subscription;
    std::string sequence;
    auto operator<=>(const Id&) const = default;
  };
  using Sequences = std::map<Id, Sequence>;

  [[nodiscard]] Sequence* find(std::string_view subscription, std::string_view sequence);
  // The sequence if the claim is its current one, else null.
  [[nodiscard]] Sequence* find(const DeadLetterClaim& claim);
  [[nodiscard]] std::size_t count(std::string_view subscription) const;

  // As DeadLetterStore::park and import_letters; `by` is null when letters are parked, and then they get the time.
  std::size_t add(std::string_view subscription, std::span<const DeadLetter> letters, const DeadLetterLimits& limits,
                  const ChangedBy* by, Timestamp now);
  // Takes the first letter away, and the sequence with its last one.
  [[nodiscard]] DeadLetterStore::Removed remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                      const ChangedBy* by, Timestamp now);
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action,
                                    Timestamp now);
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by, Timestamp now);

  [[nodiscard]] const Sequences& sequences() const noexcept { return sequences_; }
  [[nodiscard]] const std::vector<DeadLetterChange>& changes() const noexcept { return changes_; }

 private:
  bool add(const Id& id, const DeadLetter& letter, const DeadLetterLimits& limits, bool keep_facts, Timestamp now);
  void take_back(const Id& id, const LetterKey& letter) noexcept;
  void note(std::vector<DeadLetterChange> changes) noexcept;
  void make_room(std::size_t changes);

  Sequences sequences_;
  std::vector<DeadLetterChange> changes_;
  std::uint64_t made_ = 0;
};

}  // namespace leftfold::inline v0::detail
