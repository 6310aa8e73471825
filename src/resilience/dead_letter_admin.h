// SPDX-License-Identifier: Apache-2.0
// What people do to dead letters: skip, discard, edit, ask for retries. Each is audited by the store.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

/// How one change went.
enum class AdminEnd {
  done,
  not_there,  ///< there is no such sequence or letter: nothing was changed
  claimed,    ///< a re-drive or another change has the sequence: nothing was changed, try again
};

/// How a change of many sequences went.
struct AdminCounts {
  std::size_t sequences = 0;  ///< changed
  std::size_t letters = 0;    ///< changed
  std::size_t claimed = 0;    ///< sequences left as they are, as something else has them
};

/// Claims a sequence, changes it, lets it go. Any thread. The store must outlive it. All functions throw what the store
/// throws; invalid_argument without a name in `by`.
class DeadLetterAdmin {
 public:
  /// `owner` is shown as who has the sequences while they are changed ("host:pid").
  DeadLetterAdmin(DeadLetterStore& store, std::string owner) : store_{store}, owner_{std::move(owner)} {}

  /// Takes the first letter away unhandled, if it is still this one.
  AdminEnd skip_first(std::string_view subscription, std::string_view sequence, const LetterKey& letter,
                      const ChangedBy& by);
  /// Takes all letters of one sequence away unhandled; `letters` becomes how many.
  AdminEnd discard(std::string_view subscription, std::string_view sequence, const ChangedBy& by, std::size_t& letters);
  /// Gives a letter another payload; it is handled at the next re-drive.
  AdminEnd edit(std::string_view subscription, std::string_view sequence, const LetterKey& letter,
                std::string_view payload, const ChangedBy& by);

  /// Takes the letters of all sequences that fit away unhandled; `action` is "discard" or "expire".
  /// Throws Error(version_conflict), with nothing changed, when the counts are not those that were agreed to.
  AdminCounts discard_all(const DeadLetterFilter& filter, const DeadLetterCounts& agreed, const ChangedBy& by,
                          std::string_view action);
  /// Asks the Runners to re-drive all that fit: the first at `from`, the others `apart` after each other. Returns how
  /// many were asked for. Throws as discard_all.
  std::size_t request_retries(const DeadLetterFilter& filter, const DeadLetterCounts& agreed, Timestamp from,
                              std::chrono::milliseconds apart);

 private:
  template <class Change>
  AdminEnd with_claim(std::string_view subscription, std::string_view sequence, Change change);
  void check_agreed(const DeadLetterFilter& filter, const DeadLetterCounts& agreed);

  DeadLetterStore& store_;
  const std::string owner_;
};

}  // namespace leftfold::inline v0::detail
