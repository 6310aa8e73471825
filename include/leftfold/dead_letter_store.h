// SPDX-License-Identifier: Apache-2.0
// Port: where events go that a handler could not handle, with their followers behind them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/failure.h>
#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

/// Why a letter was parked.
enum class ParkReason {
  failed,       ///< its handler failed, for good or too often
  undecodable,  ///< its bytes are no event this program can read; they are kept as they came
  overflow,     ///< too many events, of its aggregate or of others, waited behind one that was to be tried again
  follower,     ///< an earlier event of its aggregate is parked; no handler saw it
};
[[nodiscard]] std::string_view to_string(ParkReason reason) noexcept;

/// One parked event. Plain value.
struct DeadLetter {
  std::string sequence{};  ///< the aggregate's id; for bytes that name none, what the feed keeps in order by
  EventCopy event{};       ///< verbatim, payload and metadata byte for byte
  ParkReason reason = ParkReason::failed;
  FailureClass failure = FailureClass::permanent;  ///< of the last failure; of no meaning for followers
  std::string error_type{};                        ///< C++ type of the last exception; empty for followers
  std::string error_message{};                     ///< its text, at most kMaxErrorBytes
  int attempts = 0;                                ///< calls of the handler before it was parked
  int redrives = 0;                                ///< calls since
  Timestamp first_failed_at{};
  Timestamp parked_at{};  ///< set by the store when it is added
  std::string node{};     ///< "host:pid" of the process that parked it
};
inline constexpr std::size_t kMaxErrorBytes = 1023;  ///< of an error's text in a letter; longer ones are cut

/// What identifies a letter within its sequence, and its order there: by version; those without one by partition and
/// position, before the others.
struct LetterKey {
  Version version;
  std::int32_t partition = 0;  ///< counts only when the version is none()
  Position position;           ///< counts only when the version is none()
  [[nodiscard]] static LetterKey of(const RecordedEvent& event) noexcept {
    if (event.version != Version::none()) return {event.version, 0, Position::start()};
    return {event.version, event.partition, event.position};
  }
  auto operator<=>(const LetterKey&) const = default;
};

/// The parked events of one aggregate in one subscription, as lists show them. Plain value.
struct DeadSequence {
  std::string subscription;
  std::string sequence;
  std::size_t letters = 0;
  LetterKey first;  ///< of the letter that is to be handled next
  std::string event_type;
  ParkReason reason = ParkReason::failed;
  FailureClass failure = FailureClass::permanent;
  std::string error_type;
  std::string error_message;
  int redrives = 0;                       ///< re-drives that ended at the first letter
  Timestamp parked_at{};                  ///< when the sequence was made
  Timestamp changed_at{};                 ///< when its letters or its retry_at last changed
  std::optional<Timestamp> retry_at;      ///< when a Runner is to re-drive it; empty: only when asked
  std::optional<std::string> claimed_by;  ///< who re-drives it now, while the lease lasts
};

/// Which sequences: empty members count for all. Plain value.
struct DeadLetterFilter {
  std::string subscription{};
  std::string sequence{};
  std::string event_type{};  ///< of the first letter
  std::string error_type{};  ///< of the first letter
  std::optional<Timestamp> parked_before{};
  std::optional<Timestamp> retry_due{};  ///< those whose retry_at is not later
};

/// How much a subscription has parked. Plain value.
struct DeadLetterCounts {
  std::size_t sequences = 0;
  std::size_t letters = 0;
  std::optional<Timestamp> oldest;  ///< parked_at of the oldest sequence
  auto operator<=>(const DeadLetterCounts&) const = default;
};

/// Bounds on what one subscription may park; 0 for none. Reaching one stops the subscription, it never drops an event.
struct DeadLetterLimits {
  std::size_t sequences = 0;
  std::size_t letters = 0;  ///< of one sequence
};

/// The right to work on one sequence. When its lease ended another one can be won, and from then on every write with it
/// is refused; until then it goes on.
struct DeadLetterClaim {
  std::string subscription;
  std::string sequence;
  Uuid token;  ///< new for every claim
};

/// Who changes letters by hand, and why; kept in the audit trail.
struct ChangedBy {
  std::string who;  ///< not empty
  std::string why;
};

/// One line of the audit trail. Never deleted with the letters it speaks of.
struct DeadLetterChange {
  Timestamp at{};
  std::string subscription;
  std::string sequence;
  LetterKey letter;
  Uuid event_id;
  std::string action;  ///< "edit", "skip", "discard", "import", "expire"
  ChangedBy by;
  std::string before;  ///< the payload it had; empty for import
  std::string after;   ///< the payload it has; empty for skip, discard, expire
};

/// Port: dead letters, kept in order per (subscription, aggregate).
///
/// What every implementation promises, and testing/dead_letter_suite.h checks:
/// - a call that returns has stored what it says, durably; one that throws has changed nothing;
/// - a letter is there once, however often it is parked: by event, not by call;
/// - letters of a sequence come in order of their keys, and only behind the first one; the sequence ends in the same
///   step as its last letter, so that an event either becomes a follower before that or is handled after it;
/// - one claim at a time on a sequence; what an older claim writes is refused.
/// Leases are measured by the store: no two processes' clocks are compared.
///
/// Any thread. Must outlive everything that was given a reference to it. All functions throw
/// Error(unavailable, throttled, storage_full, permission_denied, corrupt); those that write also in_doubt, when the
/// write may or may not have happened (park and park_behind are then to be repeated, which adds nothing twice), and
/// invalid_argument for an empty subscription or sequence, a ChangedBy without a name, or a lease that ends at once.
class DeadLetterStore {
 public:
  virtual ~DeadLetterStore() = default;

  /// Parks letters of one subscription, making their sequences when missing; those that are there already are left as
  /// they are. All or none. Returns how many were added. Throws Error(storage_full) too when a limit is reached.
  virtual std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                           const DeadLetterLimits& limits) = 0;
  /// Parks a follower behind its sequence. Returns false when there is no such sequence (any more): nothing was stored,
  /// the event is to be handled. Throws as park.
  [[nodiscard]] virtual bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                         const DeadLetterLimits& limits) = 0;

  /// The ids of all sequences of a subscription: what a Runner holds events back by.
  [[nodiscard]] virtual std::vector<std::string> sequences(std::string_view subscription) = 0;
  /// Sequences that fit, by subscription and then the longest parked first; at most `max`, after skipping `offset`.
  [[nodiscard]] virtual std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset,
                                                       std::size_t max) = 0;
  /// How many fit.
  [[nodiscard]] virtual DeadLetterCounts count(const DeadLetterFilter& filter) = 0;
  /// Letters of one sequence in order, those after `after` (empty: from the first), at most `max`.
  [[nodiscard]] virtual std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                                        std::optional<LetterKey> after, std::size_t max) = 0;

  /// Claims a sequence for `lease`. Empty when there is no such sequence or another claim lasts.
  [[nodiscard]] virtual std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                             std::string_view owner,
                                                             std::chrono::milliseconds lease) = 0;
  /// Lets a claim last for `lease` from now. False when it is not the current one any more.
  [[nodiscard]] virtual bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) = 0;
  /// Ends a claim; the sequence is for others. Does nothing when it is not the current one.
  virtual void release(const DeadLetterClaim& claim) = 0;

  /// What became of a letter taken away under a claim.
  enum class Removed {
    letter,    ///< others are left
    sequence,  ///< it was the last one, the sequence and the claim ended with it
    refused,   ///< the claim is not the current one, or it is not the first letter: nothing happened
  };
  /// Takes the first letter away because it was handled.
  [[nodiscard]] virtual Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) = 0;
  /// Notes that the first letter failed again: its reason, failure, error and first_failed_at are taken from `letter`,
  /// it gets one re-drive more, and the sequence a time to try again (empty: when asked). Ends the claim. False when
  /// refused.
  [[nodiscard]] virtual bool failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                                    std::optional<Timestamp> retry_at) = 0;

  /// Takes the first letter away unhandled, and notes who and why.
  [[nodiscard]] virtual Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) = 0;
  /// Takes all letters of the sequence away unhandled, and notes each; ends the claim. Returns how many; 0 when
  /// refused. `action` is "discard" or "expire".
  [[nodiscard]] virtual std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by,
                                            std::string_view action) = 0;
  /// Gives a letter another payload, and notes who, when, before and after. False when refused or not there.
  [[nodiscard]] virtual bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                                  const ChangedBy& by) = 0;
  /// Parks letters that were exported, with their facts as they are, and notes each. Returns how many were added; those
  /// there already are left as they are. All or none.
  virtual std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                                     const ChangedBy& by) = 0;

  /// Asks the Runner that has the subscription to re-drive a sequence at `at`; a claim on it goes on. False when there
  /// is no such sequence.
  [[nodiscard]] virtual bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) = 0;
  /// The audit trail of a subscription, oldest first; of one sequence unless `sequence` is empty. At most `max`, after
  /// skipping `offset`.
  [[nodiscard]] virtual std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence,
                                                              std::size_t offset, std::size_t max) = 0;
};

}  // namespace leftfold::inline v0
