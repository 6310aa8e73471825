// SPDX-License-Identifier: Apache-2.0
#include "resilience/dead_letter_admin.h"

#include <leftfold/error.h>

#include "resilience/sequence_ids.h"

namespace leftfold::inline v0::detail {
namespace {

constexpr std::chrono::milliseconds kLease{30'000};  // a change takes a moment; a dead process' claim ends with it

std::string text_of(const DeadLetterCounts& counts) {
  return std::to_string(counts.letters) + " letters of " + std::to_string(counts.sequences) + " sequences";
}

}  // namespace

/// `change(claim)` returns whether it was made.
template <class Change>
AdminEnd DeadLetterAdmin::with_claim(std::string_view subscription, std::string_view sequence, Change change) {
  const auto claim = store_.claim(subscription, sequence, owner_, kLease);
  if (!claim) {
    DeadLetterFilter filter;
    filter.subscription = subscription;
    filter.sequence = sequence;
    return store_.count(filter).sequences == 0 ? AdminEnd::not_there : AdminEnd::claimed;
  }
  bool changed = false;
  try {
    changed = change(*claim);
  } catch (...) {
    try {
      store_.release(*claim);
    } catch (const Error&) {  // it ends with its lease; the first error says more
    }
    throw;
  }
  store_.release(*claim);
  return changed ? AdminEnd::done : AdminEnd::not_there;
}

AdminEnd DeadLetterAdmin::skip_first(std::string_view subscription, std::string_view sequence, const LetterKey& letter,
                                     const ChangedBy& by) {
  return with_claim(subscription, sequence, [&](const DeadLetterClaim& claim) {
    return store_.skip(claim, letter, by) != DeadLetterStore::Removed::refused;
  });
}

AdminEnd DeadLetterAdmin::discard(std::string_view subscription, std::string_view sequence, const ChangedBy& by,
                                  std::size_t& letters) {
  return with_claim(subscription, sequence,
                    [&](const DeadLetterClaim& claim) { return (letters = store_.discard(claim, by, "discard")) > 0; });
}

AdminEnd DeadLetterAdmin::edit(std::string_view subscription, std::string_view sequence, const LetterKey& letter,
                               std::string_view payload, const ChangedBy& by) {
  return with_claim(subscription, sequence,
                    [&](const DeadLetterClaim& claim) { return store_.edit(claim, letter, payload, by); });
}

void DeadLetterAdmin::check_agreed(const DeadLetterFilter& filter, const DeadLetterCounts& agreed) {
  const DeadLetterCounts counts = store_.count(filter);
  if (counts.sequences == agreed.sequences && counts.letters == agreed.letters) return;
  throw Error{Errc::version_conflict, "dead letters: " + text_of(counts) + " fit now, " + text_of(agreed) +
                                          " were agreed to; nothing was changed, look again"};
}

AdminCounts DeadLetterAdmin::discard_all(const DeadLetterFilter& filter, const DeadLetterCounts& agreed,
                                         const ChangedBy& by, std::string_view action) {
  check_agreed(filter, agreed);
  AdminCounts counts;
  for (const SequenceId& id : sequence_ids(store_, filter)) {
    std::size_t letters = 0;
    const AdminEnd end = with_claim(id.subscription, id.sequence, [&](const DeadLetterClaim& claim) {
      return (letters = store_.discard(claim, by, action)) > 0;
    });
    counts.letters += letters;
    counts.sequences += end == AdminEnd::done ? 1U : 0U;
    counts.claimed += end == AdminEnd::claimed ? 1U : 0U;
  }
  return counts;
}

std::size_t DeadLetterAdmin::request_retries(const DeadLetterFilter& filter, const DeadLetterCounts& agreed,
                                             Timestamp from, std::chrono::milliseconds apart) {
  check_agreed(filter, agreed);
  std::size_t asked = 0;
  for (const SequenceId& id : sequence_ids(store_, filter)) {
    if (!store_.request_retry(id.subscription, id.sequence, from)) continue;
    ++asked;
    from += apart;
  }
  return asked;
}

}  // namespace leftfold::inline v0::detail
