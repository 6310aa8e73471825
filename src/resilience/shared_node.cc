// SPDX-License-Identifier: Apache-2.0
#include "resilience/shared_node.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::detail {
namespace {

using State = BreakerRecord::State;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int kHoldReads = 3;   // ticks that may fail before a held breaker goes on by itself
constexpr int kWordReads = 5;   // a word lasts so many reads; it is renewed after a third of them
constexpr int kMostWrites = 3;  // tries in one tick while others write too
constexpr milliseconds kAtOnce{0};

// Whether somebody here would call if the breaker let him.
bool wants(const BreakerMachine::View& local) { return local.state == BreakerState::open && local.asked; }

}  // namespace

SharedNode::SharedNode(BreakerMachine& local, BreakerStore& store, SharedBreakerOptions options, Clock& clock,
                       Logger& log)
    : local_{local},
      store_{store},
      options_{std::move(options)},
      clock_{clock},
      log_{log},
      random_{std::hash<std::string>{}(options_.node) ^
              static_cast<std::uint64_t>(clock.instant().time_since_epoch().count())},
      // A beat of a process that had this name before must not look like this one's.
      beat_{static_cast<std::int64_t>(random_.next() >> 2U)},
      next_{clock.instant()} {}

SharedNode::~SharedNode() {
  local_.remote_clear();
  local_.remote_lapse(clock_.instant());
}

void SharedNode::tick() noexcept {
  const std::lock_guard ticking{tick_mutex_};
  {
    const std::lock_guard lock{mutex_};
    if (silent_until_ && clock_.instant() < *silent_until_) return;
  }
  try {
    talk();
  } catch (const std::exception& e) {
    failed(e.what());
  } catch (...) {
    failed("an exception that is no std::exception");
  }
}

void SharedNode::talk() {
  crowded_ = true;
  for (int tries = 0; tries < kMostWrites; ++tries) {
    BreakerRecord record = store_.read(local_.name());
    const Instant now = clock_.instant();
    watch_.note(record, now);
    if (pause_ != milliseconds{}) {
      tell(LogLevel::info, "the breaker store answers again", record);
      pause_ = {};
    }
    obey(record, now);
    std::optional<BreakerRecord> change = decide(record, now);
    if (!change) {
      crowded_ = false;
      return publish(record, now);
    }
    if (store_.write(*change)) {
      ++change->revision;
      crowded_ = false;
      // As seen before the write: a prober must know its lease to be over before the others do.
      wrote(*change, now);
      return publish(*change, now);
    }
    publish(record, now);
  }
}

void SharedNode::wrote(const BreakerRecord& record, Instant before) {
  const auto word = record.nodes.find(options_.node);
  if (word != record.nodes.end() && word->second.beat == beat_) spoke_ = before;
  watch_.note(record, before);
  obey(record, before);
}

void SharedNode::obey(const BreakerRecord& record, Instant now) {
  const State before = std::exchange(last_state_, record.state);
  const nanoseconds hold = kHoldReads * options_.read_every;
  if (!mine(record)) probe_.reset();
  switch (record.state) {
    case State::forced_open: return local_.remote_override(BreakerState::forced_open);
    case State::disabled: return local_.remote_override(BreakerState::disabled);
    case State::open:
      local_.remote_clear();
      local_.remote_open(std::max(watch_.since() + record.open_for, now) + hold);
      break;
    case State::half_open:
      local_.remote_clear();
      if (!probe_) {
        local_.remote_open(std::max(watch_.since() + record.probe_for, now) + hold);
      } else if (!probe_->begun) {
        probe_->begun = true;
        local_.remote_probe(probe_->claimed + options_.probe_lease);
      }
      break;
    case State::closed:
      local_.remote_clear();
      if (before == State::open || before == State::half_open) closed_since_ = now;
      local_.remote_close(now + up_to(options_.ramp));
      break;
  }
  if (before == record.state) return;
  tell(record.state == State::closed ? LogLevel::info : LogLevel::warn, "the shared circuit breaker changed", record);
}

std::optional<BreakerRecord> SharedNode::decide(const BreakerRecord& record, Instant now) {
  const BreakerMachine::View local = local_.view();
  changes_ = local.changes;
  switch (record.state) {
    case State::closed: return decide_closed(record, local, now);
    case State::open:
      if (wants(local) && now >= watch_.since() + record.open_for) return claimed(record, now);
      return std::nullopt;
    case State::half_open:
      if (mine(record)) return decide_as_prober(record, local, now);
      if (wants(local) && now >= watch_.since() + record.probe_for) return claimed(record, now);
      return std::nullopt;
    case State::forced_open:
    case State::disabled: break;
  }
  return std::nullopt;
}

std::optional<BreakerRecord> SharedNode::decide_closed(const BreakerRecord& record, const BreakerMachine::View& local,
                                                       Instant now) {
  const bool votes = local.state == BreakerState::open && local.own;
  const std::size_t others_vote = watch_.others_voting(options_.node, now);
  BreakerRecord changed = record;
  bool change = false;
  if (votes || others_vote > 0) {
    // While half-open it has no opinion: what it said last holds until it lapses.
    if (votes || local.state != BreakerState::half_open) change = say(changed, votes, now);
  } else if (local.state != BreakerState::half_open || !watch_.alive(options_.node, now)) {
    change = changed.nodes.erase(options_.node) > 0;
  }
  const std::size_t all_votes = others_vote + (votes ? 1 : 0);
  const std::optional<Instant> since = watch_.voting_since();
  const bool settled = options_.quorum > 0 || (since && now - *since >= settle_time());
  if (settled && all_votes >= quorum(watch_.others_alive(options_.node, now) + 1)) {
    const bool again = closed_since_ && now - *closed_since_ < local_.options().calm;
    const std::uint64_t reopened = again ? record.reopened + 1 : 0;
    return opened(std::move(changed), reopened, open_time(local_.options(), reopened, random_));
  }
  // The words of processes that ended are taken away once nobody votes, or with another change.
  if (change || all_votes == 0) change |= forget_silent(changed, now);
  if (!change) return std::nullopt;
  return changed;
}

// This process's word in the record. Returns whether that changes it.
bool SharedNode::say(BreakerRecord& record, bool votes, Instant now) {
  const auto word = record.nodes.find(options_.node);
  const bool stands = word != record.nodes.end() && word->second.votes == votes && now - spoke_ < word_lasts() / 3;
  if (stands) return false;
  record.nodes[options_.node] = {votes, ++beat_, word_lasts()};
  return true;
}

bool SharedNode::forget_silent(BreakerRecord& record, Instant now) const {
  return std::erase_if(record.nodes, [&](const auto& node) {
           return node.first != options_.node && !watch_.alive(node.first, now);
         }) > 0;
}

std::optional<BreakerRecord> SharedNode::decide_as_prober(const BreakerRecord& record,
                                                          const BreakerMachine::View& local, Instant now) {
  switch (local.state) {
    case BreakerState::closed: return closed(record);
    case BreakerState::open: {
      const std::uint64_t reopened = record.reopened + 1;
      return opened(record, reopened, open_time(local_.options(), reopened, random_));
    }
    case BreakerState::half_open: {
      const Instant asked = std::max(local.asked.value_or(probe_->claimed), probe_->claimed);
      if (local.probing || now - asked < idle_time()) return std::nullopt;
      local_.forget_asked();
      break;
    }
    case BreakerState::forced_open:
    case BreakerState::disabled: break;
  }
  return opened(record, record.reopened, kAtOnce);  // another one may probe
}

BreakerRecord SharedNode::claimed(BreakerRecord record, Instant now) {
  probe_ = Probe{Uuid::v7(clock_.now()), now, false};
  record.state = State::half_open;
  record.probe = probe_->token;
  record.prober = options_.node;
  record.probe_for = options_.probe_lease;
  record.changed_at = clock_.now();
  return record;
}

BreakerRecord SharedNode::opened(BreakerRecord record, std::uint64_t reopened, milliseconds open_for) {
  record.state = State::open;
  record.reopened = reopened;
  record.open_for = open_for;
  record.probe.reset();
  record.prober.clear();
  record.probe_for = {};
  record.changed_at = clock_.now();
  return record;
}

BreakerRecord SharedNode::closed(BreakerRecord record) const {
  record.state = State::closed;
  record.open_for = {};
  record.nodes.clear();
  record.probe.reset();
  record.prober.clear();
  record.probe_for = {};
  record.changed_at = clock_.now();
  return record;
}

bool SharedNode::mine(const BreakerRecord& record) const {
  return record.state == State::half_open && probe_ && record.probe == probe_->token;
}

std::size_t SharedNode::quorum(std::size_t alive) const {
  return options_.quorum > 0 ? options_.quorum : std::max<std::size_t>(2, (alive + 2) / 3);
}

// All that are there must have had the time to say so, or the first two of nine would be a third of those that are.
nanoseconds SharedNode::settle_time() const { return options_.read_every + options_.read_every / 2; }

// A prober nobody asks for so long gives the probe back. The key that failed last may be alone, and waits for a while.
milliseconds SharedNode::idle_time() const {
  return std::max(2 * options_.read_every, 2 * BreakerOptions::kSuspectWait);
}

milliseconds SharedNode::word_lasts() const { return kWordReads * options_.read_every; }

nanoseconds SharedNode::up_to(nanoseconds most) {
  return nanoseconds{static_cast<nanoseconds::rep>(random_.unit() * static_cast<double>(most.count()))};
}

void SharedNode::failed(const char* why) {
  const Instant now = clock_.instant();
  if (pause_ == milliseconds{}) {
    log_.log(LogLevel::warn, "breaker",
             "the breaker store does not answer; the local breaker alone decides until it does",
             {{"breaker", local_.name()}, {"node", options_.node}, {"cause", why}});
  }
  pause_ = std::min(std::max(2 * pause_, options_.read_every), options_.forget_after);
  local_.remote_lapse(now + up_to(options_.read_every));
  const std::lock_guard lock{mutex_};
  silent_until_ = now + pause_ / 2 + up_to(pause_ / 2);
  last_seen_.reset();
  claim_at_.reset();
}

void SharedNode::publish(const BreakerRecord& record, Instant now) {
  const nanoseconds third = options_.read_every / 3;
  Instant next = now + options_.read_every - third + up_to(2 * third);
  if (crowded_) next = now + up_to(third);
  const auto not_after = [&](Instant due) {
    if (due > now) next = std::min(next, due);
  };
  std::optional<Instant> claim_at;
  if (record.state == State::open) claim_at = watch_.since() + record.open_for;
  if (record.state == State::half_open && !mine(record)) claim_at = watch_.since() + record.probe_for;
  if (record.state == State::closed && watch_.voting_since()) {
    not_after(*watch_.voting_since() + settle_time());
    if (record.nodes.contains(options_.node)) not_after(spoke_ + word_lasts() / 3);
  }
  if (crowded_) claim_at.reset();
  const std::lock_guard lock{mutex_};
  silent_until_.reset();
  next_ = next;
  claim_at_ = claim_at;
  known_changes_ = changes_;
  last_seen_ = record;
}

Instant SharedNode::next_tick() {
  const BreakerMachine::View local = local_.view();
  const std::lock_guard lock{mutex_};
  if (silent_until_) return *silent_until_;
  if (local.changes != known_changes_) return std::min(next_, clock_.instant());
  return claim_at_ && wants(local) ? std::min(next_, *claim_at_) : next_;
}

std::optional<BreakerRecord> SharedNode::last_seen() const {
  const std::lock_guard lock{mutex_};
  return last_seen_;
}

void SharedNode::tell(LogLevel level, std::string_view message, const BreakerRecord& record) const {
  if (!log_.enabled(level)) return;
  log_.log(level, "breaker", message,
           {{"breaker", local_.name()},
            {"state", std::string{to_string(record.state)}},
            {"node", options_.node},
            {"prober", record.prober},
            {"by", record.by},
            {"why", record.why}});
}

}  // namespace leftfold::inline v0::detail
