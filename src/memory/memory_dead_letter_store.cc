// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_dead_letter_store.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/dead_letter_checks.h"
#include "memory/memory_dead_letters.h"

namespace leftfold::inline v0 {

using detail::MemoryDeadLetters;

namespace {

bool fits(const DeadLetterFilter& filter, const MemoryDeadLetters::Id& id,
          const MemoryDeadLetters::Sequence& sequence) {
  const DeadLetter& first = sequence.letters.begin()->second;
  return (filter.subscription.empty() || filter.subscription == id.subscription) &&
         (filter.sequence.empty() || filter.sequence == id.sequence) &&
         (filter.event_type.empty() || filter.event_type == first.event.type) &&
         (filter.error_type.empty() || filter.error_type == first.error_type) &&
         (!filter.parked_before || sequence.parked_at < *filter.parked_before) &&
         (!filter.retry_due || (sequence.retry_at && *sequence.retry_at <= *filter.retry_due));
}

DeadSequence shown(const MemoryDeadLetters::Id& id, const MemoryDeadLetters::Sequence& sequence, Instant now) {
  const auto& [key, first] = *sequence.letters.begin();
  DeadSequence shown;
  shown.subscription = id.subscription;
  shown.sequence = id.sequence;
  shown.letters = sequence.letters.size();
  shown.first = key;
  shown.event_type = first.event.type;
  shown.reason = first.reason;
  shown.failure = first.failure;
  shown.error_type = first.error_type;
  shown.error_message = first.error_message;
  shown.redrives = first.redrives;
  shown.parked_at = sequence.parked_at;
  shown.changed_at = sequence.changed_at;
  shown.retry_at = sequence.retry_at;
  if (sequence.claim && sequence.claim->until > now) shown.claimed_by = sequence.claim->owner;
  return shown;
}

}  // namespace

class MemoryDeadLetterStore::Impl {
 public:
  explicit Impl(Clock& clock_in) : clock{clock_in} {}

  Clock& clock;
  std::mutex mutex;
  MemoryDeadLetters held;
};

MemoryDeadLetterStore::MemoryDeadLetterStore(Clock& clock) : impl_{std::make_unique<Impl>(clock)} {}
MemoryDeadLetterStore::~MemoryDeadLetterStore() = default;

std::size_t MemoryDeadLetterStore::park(std::string_view subscription, std::span<const DeadLetter> letters,
                                        const DeadLetterLimits& limits) {
  detail::check_parked(subscription, letters);
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.add(subscription, letters, limits, nullptr, impl_->clock.now());
}

bool MemoryDeadLetterStore::park_behind(std::string_view subscription, const DeadLetter& follower,
                                        const DeadLetterLimits& limits) {
  detail::check_parked(subscription, {&follower, 1});
  const std::scoped_lock lock{impl_->mutex};
  if (impl_->held.find(subscription, follower.sequence) == nullptr) return false;
  impl_->held.add(subscription, {&follower, 1}, limits, nullptr, impl_->clock.now());
  return true;
}

std::vector<std::string> MemoryDeadLetterStore::sequences(std::string_view subscription) {
  const std::scoped_lock lock{impl_->mutex};
  std::vector<std::string> ids;
  for (const auto& [id, sequence] : impl_->held.sequences()) {
    if (id.subscription == subscription) ids.push_back(id.sequence);
  }
  return ids;
}

std::vector<DeadSequence> MemoryDeadLetterStore::list(const DeadLetterFilter& filter, std::size_t offset,
                                                      std::size_t max) {
  const std::scoped_lock lock{impl_->mutex};
  using Entry = const MemoryDeadLetters::Sequences::value_type*;
  std::vector<Entry> found;
  for (const auto& entry : impl_->held.sequences()) {
    if (fits(filter, entry.first, entry.second)) found.push_back(&entry);
  }
  const auto place = [](Entry entry) {
    return std::tie(entry->first.subscription, entry->second.parked_at, entry->second.number);
  };
  std::sort(found.begin(), found.end(), [&](Entry a, Entry b) { return place(a) < place(b); });
  std::vector<DeadSequence> listed;
  for (std::size_t i = offset; i < found.size() && listed.size() < max; ++i) {
    listed.push_back(shown(found[i]->first, found[i]->second, impl_->clock.instant()));
  }
  return listed;
}

DeadLetterCounts MemoryDeadLetterStore::count(const DeadLetterFilter& filter) {
  const std::scoped_lock lock{impl_->mutex};
  DeadLetterCounts counts;
  for (const auto& [id, sequence] : impl_->held.sequences()) {
    if (!fits(filter, id, sequence)) continue;
    ++counts.sequences;
    counts.letters += sequence.letters.size();
    counts.oldest = std::min(counts.oldest.value_or(sequence.parked_at), sequence.parked_at);
  }
  return counts;
}

std::vector<DeadLetter> MemoryDeadLetterStore::letters(std::string_view subscription, std::string_view sequence,
                                                       std::optional<LetterKey> after, std::size_t max) {
  const std::scoped_lock lock{impl_->mutex};
  std::vector<DeadLetter> page;
  const MemoryDeadLetters::Sequence* found = impl_->held.find(subscription, sequence);
  if (found == nullptr) return page;
  auto next = after ? found->letters.upper_bound(*after) : found->letters.begin();
  for (; next != found->letters.end() && page.size() < max; ++next) page.push_back(next->second);
  return page;
}

std::optional<DeadLetterClaim> MemoryDeadLetterStore::claim(std::string_view subscription, std::string_view sequence,
                                                            std::string_view owner, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  DeadLetterClaim claim{std::string{subscription}, std::string{sequence}, Uuid::v7(impl_->clock.now())};
  const std::scoped_lock lock{impl_->mutex};
  MemoryDeadLetters::Sequence* found = impl_->held.find(subscription, sequence);
  const Instant now = impl_->clock.instant();
  if (found == nullptr || (found->claim && found->claim->until > now)) return std::nullopt;
  found->claim = MemoryDeadLetters::Claim{claim.token, std::string{owner}, now + lease};
  return claim;
}

bool MemoryDeadLetterStore::renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  const std::scoped_lock lock{impl_->mutex};
  MemoryDeadLetters::Sequence* found = impl_->held.find(claim);
  if (found == nullptr) return false;
  found->claim->until = impl_->clock.instant() + lease;
  return true;
}

void MemoryDeadLetterStore::release(const DeadLetterClaim& claim) {
  const std::scoped_lock lock{impl_->mutex};
  if (MemoryDeadLetters::Sequence* found = impl_->held.find(claim)) found->claim.reset();
}

DeadLetterStore::Removed MemoryDeadLetterStore::evict(const DeadLetterClaim& claim, const LetterKey& letter) {
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.remove_first(claim, letter, nullptr, impl_->clock.now());
}

bool MemoryDeadLetterStore::failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                                   std::optional<Timestamp> retry_at) {
  std::string error_type = letter.error_type;
  std::string error_message{detail::cut_error(letter.error_message)};
  const std::scoped_lock lock{impl_->mutex};
  MemoryDeadLetters::Sequence* found = impl_->held.find(claim);
  if (found == nullptr || found->letters.begin()->first != LetterKey::of(letter.event.view())) return false;
  DeadLetter& first = found->letters.begin()->second;
  ++first.redrives;
  first.reason = letter.reason;
  first.failure = letter.failure;
  first.error_type = std::move(error_type);
  first.error_message = std::move(error_message);
  first.first_failed_at = letter.first_failed_at;
  found->changed_at = impl_->clock.now();
  found->retry_at = retry_at;
  found->claim.reset();
  return true;
}

DeadLetterStore::Removed MemoryDeadLetterStore::skip(const DeadLetterClaim& claim, const LetterKey& letter,
                                                     const ChangedBy& by) {
  detail::check_changed_by(by);
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.remove_first(claim, letter, &by, impl_->clock.now());
}

std::size_t MemoryDeadLetterStore::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) {
  detail::check_changed_by(by);
  detail::check_discard_action(action);
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.discard(claim, by, action, impl_->clock.now());
}

bool MemoryDeadLetterStore::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                                 const ChangedBy& by) {
  detail::check_changed_by(by);
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.edit(claim, letter, payload, by, impl_->clock.now());
}

std::size_t MemoryDeadLetterStore::import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                                                  const ChangedBy& by) {
  detail::check_parked(subscription, letters);
  detail::check_changed_by(by);
  const std::scoped_lock lock{impl_->mutex};
  return impl_->held.add(subscription, letters, {}, &by, impl_->clock.now());
}

bool MemoryDeadLetterStore::request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) {
  const std::scoped_lock lock{impl_->mutex};
  MemoryDeadLetters::Sequence* found = impl_->held.find(subscription, sequence);
  if (found == nullptr) return false;
  found->retry_at = at;
  found->changed_at = impl_->clock.now();
  return true;
}

std::vector<DeadLetterChange> MemoryDeadLetterStore::changes(std::string_view subscription, std::string_view sequence,
                                                             std::size_t offset, std::size_t max) {
  const std::scoped_lock lock{impl_->mutex};
  std::vector<DeadLetterChange> page;
  for (const DeadLetterChange& change : impl_->held.changes()) {
    if (change.subscription != subscription || (!sequence.empty() && change.sequence != sequence)) continue;
    if (offset > 0) {
      --offset;
      continue;
    }
    if (page.size() == max) break;
    page.push_back(change);
  }
  return page;
}

}  // namespace leftfold::inline v0
