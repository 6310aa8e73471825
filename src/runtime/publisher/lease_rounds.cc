// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/lease_rounds.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <leftfold/error.h>

#include "runtime/publisher/retention.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetry{100};

std::int64_t number(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

LeaseRounds::LeaseRounds(LeaseStore& leases, ShardSearch& search, LeaseRoundsOptions options)
    : leases_{leases},
      options_{std::move(options)},
      book_{options_.worker, options_.expires_after},
      backoff_{kRetry, options_.renew_every},
      notes_{*options_.clock, *options_.log},
      discovery_{search, {options_.discover_every, options_.renew_every}, options_.group, *options_.clock, notes_} {}

void LeaseRounds::tick() {
  const Instant now = options_.clock->instant();
  if (now < not_before_) return;
  try {
    const bool round = now >= next_round_;
    if (round || look_again_) look();
    write_repair();
    write_held(round);
    if (discovery_.tick(book_)) clean_up();
    create_leases();
    take(round);
    if (round) next_round_ = now + options_.renew_every;
    backoff_.reset();
    failure_ = discovery_.failure();
    if (failure_.empty()) notes_.recovered("leases and stream answer again", options_.group);
  } catch (const Error& error) {
    if (!mends_itself(error)) throw;
    failed("leases", error);
    failure_ = error.what();
    look_again_ = true;
    not_before_ = options_.clock->instant() + backoff_.next();
  }
}

Instant LeaseRounds::next() const {
  Instant next = std::min(next_round_, discovery_.next());
  const bool unwritten =
      std::any_of(held_.begin(), held_.end(), [](const auto& held) { return held.second.unwritten; });
  if (look_again_ || unwritten || missed_) next = Instant{};
  return std::max(next, not_before_);
}

void LeaseRounds::progress(const HoldProgress& progress) {
  const auto at = held_.find(progress.lease);
  if (at == held_.end() || at->second.hold.number != progress.number || at->second.finished) return;
  Held& held = at->second;
  held.unwritten = held.unwritten || progress.finished || held.hold.checkpoint != progress.checkpoint ||
                   (!progress.note.empty() && held.note != progress.note);
  held.hold.checkpoint = progress.checkpoint;
  held.finished = progress.finished;
  if (!progress.note.empty()) held.note = progress.note;
}

void LeaseRounds::need_repair(std::string why) { missed_ = std::move(why); }

std::vector<HoldChange> LeaseRounds::take_changes() { return std::exchange(changed_, {}); }

std::vector<PublisherPart> LeaseRounds::parts() const {
  std::vector<PublisherPart> parts;
  for (const Lease* lease : book_.all()) {
    PublisherPart& part = parts.emplace_back();
    part.name = lease->name;
    part.owner = lease->owner;
    part.checkpoint = lease->checkpoint;
    part.state = !lease->done ? (lease->owner.empty() ? "waiting" : "reading")
                              : (lease->note.starts_with("lost") ? "lost" : "done");
    if (const auto held = held_.find(lease->name); held != held_.end()) {
      part.checkpoint = held->second.hold.checkpoint;
      if (held->second.note.starts_with("lost")) part.state = "lost";
    }
  }
  return parts;
}

void LeaseRounds::look() {
  book_.observe(leases_.list(options_.group), options_.clock->instant());
  look_again_ = false;
  std::vector<std::string> gone;
  for (const auto& [name, held] : held_) {
    if (!book_.mine(name)) gone.push_back(name);
  }
  for (const std::string& name : gone) {
    const Lease* lease = book_.find(name);
    // Done as we wrote it, and the answer was lost.
    if (lease != nullptr && lease->done && held_.at(name).finished) finished(name);
    else lose(name, lease == nullptr ? "deleted" : lease->owner.empty() ? "given back" : lease->owner);
  }
  // Ours from an earlier life of this worker, or by a write whose answer was lost.
  for (const Lease* lease : book_.all()) {
    const bool ours = shard_of(lease->name) || (options_.repairs && lease->name == kRepairLease);
    if (ours && book_.mine(lease->name) && !held_.contains(lease->name)) hold(lease->name);
  }
}

LeaseRounds::Write LeaseRounds::write(Lease lease) {
  lease.renewed_at = options_.clock->now();
  try {
    if (leases_.write(lease)) {
      book_.wrote(lease, options_.clock->instant());
      return Write::stored;
    }
    book_.refused(lease.name);
    look_again_ = true;
    return Write::refused;
  } catch (const Error& error) {
    if (error.code() != Errc::in_doubt) throw;
    look_again_ = true;  // the list tells
    not_before_ = options_.clock->instant() + backoff_.next();
    return Write::unknown;
  }
}

// Its checkpoint counts what was missed, so that whoever repairs sees what came while it did.
void LeaseRounds::write_repair() {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries && missed_; ++i) {
    if (i > 0) look();
    const Lease* known = book_.find(kRepairLease);
    Lease lease = known != nullptr ? *known : Lease{options_.group, std::string{kRepairLease}, {}, 0, {}, false, {}};
    lease.checkpoint = std::to_string(number(lease.checkpoint) + 1);
    if (std::exchange(lease.done, false)) lease.owner.clear();
    lease.note = *missed_;
    if (write(lease) == Write::stored) missed_.reset();
  }
  if (missed_) {
    throw Error{Errc::unavailable, "publisher " + options_.group + ": the lease \"" + std::string{kRepairLease} +
                                       "\" changes under our hands; it is tried again"};
  }
}

void LeaseRounds::write_held(bool renew) {
  std::vector<std::string> names;
  for (const auto& [name, held] : held_) names.push_back(name);
  for (const std::string& name : names) {
    Held& held = held_.at(name);
    const Instant now = options_.clock->instant();
    if (!held.unwritten && !(renew && now - held.written >= options_.renew_every / 2)) continue;
    const Lease* known = book_.find(name);
    if (known == nullptr || !book_.mine(name)) {
      lose(name, "deleted");
      continue;
    }
    Lease lease = *known;
    if (held.hold.shard) {
      lease.checkpoint = held.hold.checkpoint;
      lease.done = held.finished;
    } else {
      lease.done = held.finished && lease.checkpoint == held.hold.checkpoint;  // or more was missed meanwhile
    }
    if (!held.note.empty()) lease.note = held.note;
    switch (write(lease)) {
      case Write::stored:
        held.written = now;
        held.unwritten = false;
        if (!held.finished) break;
        finished(name);
        if (!lease.done) hold(name);
        break;
      case Write::refused: lose(name, "taken by another worker"); break;
      case Write::unknown: break;
    }
  }
}

void LeaseRounds::finished(const std::string& name) {
  const auto at = held_.find(name);
  if (at->second.hold.shard) discovery_.ended(*at->second.hold.shard);
  held_.erase(at);
}

void LeaseRounds::create_leases() {
  const std::vector<ShardName> names = discovery_.table().without_lease(book_);
  if (names.empty()) return;
  if (discovery_.table().switched(book_)) {
    need_repair("lost: the stream is another one, " + discovery_.table().stream() +
                "; what was stored in between is in neither");
    options_.log->log(LogLevel::error, "publisher", "the store has another stream: events in between were missed",
                      {{"publisher", options_.group}, {"stream", discovery_.table().stream()}});
    write_repair();
  } else {
    note_gap();
  }
  for (const ShardName& name : names) {
    (void)write({options_.group, lease_name(name), {}, 0, {}, false, {}});  // refused: another worker did it
  }
}

void LeaseRounds::take(bool steal) {
  if (!taking_) return;
  const Instant now = options_.clock->instant();
  const LeaseBook::Names eligible = discovery_.table().eligible(book_);
  std::vector<Lease> wanted = book_.to_take(eligible, now);
  if (steal && wanted.empty()) {
    if (auto one = book_.to_steal(eligible, now)) wanted.push_back(std::move(*one));
  }
  // It is no share of the work, and nobody's to steal: whoever comes first finishes it.
  if (options_.repairs && book_.free(kRepairLease, now)) wanted.push_back(*book_.find(kRepairLease));
  for (Lease& lease : wanted) {
    const std::string from = std::exchange(lease.owner, options_.worker);
    note_absence(lease);
    if (write(lease) != Write::stored) continue;
    options_.log->log(LogLevel::info, "publisher", "took a lease",
                      {{"publisher", options_.group}, {"lease", lease.name}, {"from", from}});
    hold(lease.name);
  }
}

// A stream keeps records for 24 h. What it deleted while nobody read shows only when a checkpoint lies in it; without
// one the oldest record that is left would look like the first there ever was.
void LeaseRounds::note_absence(const Lease& lease) {
  if (lease.renewed_at == Timestamp{} || !shard_of(lease.name)) return;
  const auto away = std::chrono::floor<std::chrono::hours>(options_.clock->now() - lease.renewed_at);
  if (away < kLate) return;
  if (std::exchange(absences_[lease.name], lease.counter) == lease.counter) return;  // told, and not taken yet
  const std::string why = "lost: nobody held " + lease.name + " for " + std::to_string(away.count()) +
                          " h; the stream may have deleted events";
  options_.log->log(LogLevel::error, "publisher", "nobody published for hours, and the stream may have deleted events",
                    {{"publisher", options_.group}, {"lease", lease.name}, {"hours", std::to_string(away.count())}});
  need_repair(why);
  write_repair();
}

// As above, before the first of new shards is noted: those that came and went while nobody was there left no lease.
void LeaseRounds::note_gap() {
  Timestamp newest{};
  for (const Lease* lease : book_.all()) {
    if (!shard_of(lease->name)) continue;
    if (!lease->done) return;  // who takes it notes the absence
    newest = std::max(newest, lease->renewed_at);
  }
  const auto away = std::chrono::floor<std::chrono::hours>(options_.clock->now() - newest);
  if (newest == Timestamp{} || away < kLate || std::exchange(gap_, newest) == newest) return;
  options_.log->log(LogLevel::error, "publisher", "nobody published for hours, and the stream may have deleted events",
                    {{"publisher", options_.group}, {"hours", std::to_string(away.count())}});
  need_repair("lost: nobody was there for " + std::to_string(away.count()) +
              " h, and every shard known by then was read; the stream may have deleted others");
  write_repair();
}

void LeaseRounds::clean_up() {
  for (const Lease& lease : discovery_.table().removable(book_)) {
    absences_.erase(lease.name);
    if (leases_.remove(lease)) book_.removed(lease.name);
  }
}

void LeaseRounds::hold(const std::string& name) {
  const Lease* lease = book_.find(name);
  Held held;
  held.hold = {name, ++last_hold_, shard_of(name), lease->checkpoint, false};
  held.hold.closed = held.hold.shard && discovery_.table().closed(*held.hold.shard);
  held.written = options_.clock->instant();
  changed_.push_back({held.hold, false});
  held_.insert_or_assign(name, std::move(held));
}

void LeaseRounds::lose(const std::string& name, std::string_view why) {
  const auto at = held_.find(name);
  options_.log->log(LogLevel::warn, "publisher", "lost a lease",
                    {{"publisher", options_.group}, {"lease", name}, {"to", std::string{why}}});
  changed_.push_back({at->second.hold, true});
  held_.erase(at);
}

void LeaseRounds::release() {
  try {
    write_repair();
  } catch (const Error& error) {
    failed("missed events at the end", error);
    held_.clear();  // whoever takes them after they expired finds the loss again, which no checkpoint may hide
    return;
  }
  for (const auto& [name, held] : held_) {
    const Lease* known = book_.find(name);
    if (known == nullptr || !book_.mine(name)) continue;
    Lease lease = *known;
    if (held.hold.shard) {
      lease.checkpoint = held.hold.checkpoint;
      lease.done = held.finished;
    }
    lease.owner.clear();
    if (!held.note.empty()) lease.note = held.note;
    lease.renewed_at = options_.clock->now();
    try {
      (void)leases_.write(lease);
    } catch (const Error& error) {
      failed("leases at the end", error);
    }
  }
  held_.clear();
}

void LeaseRounds::failed(std::string_view what, const Error& error) {
  notes_.failed("leases or stream do not answer; trying again", std::string{what} + " of " + options_.group,
                error.what());
}

}  // namespace leftfold::inline v0::runtime
