// SPDX-License-Identifier: Apache-2.0
#include "core/dead_letter_checks.h"

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/utf8.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::size_t kMostContinuationBytes = 3;

}  // namespace

void check_parked(std::string_view subscription, std::span<const DeadLetter> letters) {
  if (subscription.empty()) throw Error{Errc::invalid_argument, "dead letters: the subscription has no name"};
  for (const DeadLetter& letter : letters) {
    if (!letter.sequence.empty()) continue;
    throw Error{Errc::invalid_argument, "dead letters of " + in_quotes(subscription) + ": the letter of event " +
                                            letter.event.id.to_string() +
                                            " has no sequence; use what its feed keeps in order by"};
  }
}

void check_changed_by(const ChangedBy& by) {
  if (by.who.empty()) throw Error{Errc::invalid_argument, "dead letters: a change by hand must say who makes it"};
}

void check_discard_action(std::string_view action) {
  if (action == "discard" || action == "expire") return;
  throw Error{Errc::invalid_argument,
              "dead letters: " + in_quotes(action) + " is no way to discard; say \"discard\" or \"expire\""};
}

void check_lease(std::chrono::milliseconds lease) {
  if (lease.count() > 0) return;
  throw Error{Errc::invalid_argument,
              "dead letters: a lease of " + std::to_string(lease.count()) + " ms ends at once; give it some time"};
}

std::string_view cut_error(std::string_view message) noexcept {
  if (message.size() <= kMaxErrorBytes) return message;
  // Of UTF-8, at most the last character is torn.
  for (std::size_t torn = 0; torn <= kMostContinuationBytes; ++torn) {
    const std::string_view cut = message.substr(0, kMaxErrorBytes - torn);
    if (is_utf8(cut)) return cut;
  }
  return message.substr(0, kMaxErrorBytes);
}

void check_sequences(std::string_view subscription, std::size_t sequences, const DeadLetterLimits& limits) {
  if (limits.sequences == 0 || sequences <= limits.sequences) return;
  throw Error{Errc::storage_full, "dead letters of " + in_quotes(subscription) + ": its limit of " +
                                      std::to_string(limits.sequences) +
                                      " sequences is reached; re-drive or discard some, or raise the limit"};
}

void check_letters(std::string_view subscription, std::string_view sequence, std::size_t letters,
                   const DeadLetterLimits& limits) {
  if (limits.letters == 0 || letters <= limits.letters) return;
  throw Error{Errc::storage_full, "dead letters of " + in_quotes(subscription) + ": the limit of " +
                                      std::to_string(limits.letters) + " letters of the sequence " +
                                      in_quotes(sequence) + " is reached; re-drive or discard it, or raise the limit"};
}

}  // namespace leftfold::inline v0::detail
