// SPDX-License-Identifier: Apache-2.0
// Dead letters in memory: for tests and for trying things out.
#pragma once

#include <memory>

#include <leftfold/clock.h>
#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of DeadLetterStore except durability: what it holds ends with it.
/// Any thread. Leases are measured by `clock`, which must outlive it.
class MemoryDeadLetterStore final : public DeadLetterStore {
 public:
  explicit MemoryDeadLetterStore(Clock& clock = system_clock());
  ~MemoryDeadLetterStore() override;

  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override;
  [[nodiscard]] bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                 const DeadLetterLimits& limits) override;
  [[nodiscard]] std::vector<std::string> sequences(std::string_view subscription) override;
  [[nodiscard]] std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset,
                                               std::size_t max) override;
  [[nodiscard]] DeadLetterCounts count(const DeadLetterFilter& filter) override;
  [[nodiscard]] std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                                std::optional<LetterKey> after, std::size_t max) override;
  [[nodiscard]] std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                     std::string_view owner, std::chrono::milliseconds lease) override;
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override;
  void release(const DeadLetterClaim& claim) override;
  [[nodiscard]] Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override;
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                            std::optional<Timestamp> retry_at) override;
  [[nodiscard]] Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override;
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by,
                                    std::string_view action) override;
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by) override;
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override;
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override;
  [[nodiscard]] std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence,
                                                      std::size_t offset, std::size_t max) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
