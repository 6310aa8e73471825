// SPDX-License-Identifier: Apache-2.0
#include "resilience/breaker_machine.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace leftfold::inline v0::detail {
namespace {

// Two breakers of one name in two processes must not jitter alike, one on a VirtualClock must always do.
std::uint64_t seed_of(std::string_view name, const Clock& clock) {
  SmallRandom mix{static_cast<std::uint64_t>(clock.instant().time_since_epoch().count())};
  return mix.next() ^ std::hash<std::string_view>{}(name) ^
         static_cast<std::uint64_t>(clock.now().time_since_epoch().count());
}

// 64 bits of a key are enough to tell keys apart: two that fall together only look like one that fails more often.
std::uint64_t hash_of(std::string_view key) {
  return key.empty() ? 0 : std::max<std::uint64_t>(1, std::hash<std::string_view>{}(key));
}

}  // namespace

std::chrono::milliseconds open_time(const BreakerOptions& options, std::uint64_t reopened, SmallRandom& random) {
  const double grown =
      static_cast<double>(options.open.count()) * std::pow(options.open_growth, static_cast<double>(reopened));
  const double bounded = std::min(static_cast<double>(options.max_open.count()), grown);
  const double jittered = bounded * (1 + options.open_jitter * (2 * random.unit() - 1));
  return std::chrono::milliseconds{std::max(1LL, std::llround(jittered))};
}

BreakerMachine::BreakerMachine(std::string name, const BreakerOptions& options, Clock& clock)
    : name_{std::move(name)},
      options_{options},
      clock_{clock},
      random_{seed_of(name_, clock)},
      window_{make_call_window(options, clock.instant())},
      state_{options.enabled ? BreakerState::closed : BreakerState::disabled} {
  probes_.reserve(options.probes);
  note_passing();
}

// Every change of state comes by here; a reader without the lock sees the one before or the one after, as if it had
// come a little earlier or later.
void BreakerMachine::note_passing() noexcept {
  const bool disabled = state_ == BreakerState::disabled;
  const bool passes = disabled || state_ == BreakerState::closed;
  passing_.store(passes ? generation_ * 2 + (disabled ? 1 : 0) : 0, std::memory_order_release);
}

std::optional<BreakerMachine::Passing> BreakerMachine::passing() const noexcept {
  const std::uint64_t noted = passing_.load(std::memory_order_acquire);
  if (noted == 0) return std::nullopt;
  return Passing{noted % 2 == 1 ? BreakerState::disabled : BreakerState::closed, noted / 2};
}

std::optional<BreakerMachine::Ticket> BreakerMachine::acquire(std::string_view key) {
  if (const auto now = passing()) return Ticket{now->generation, 0, hash_of(key), clock_.instant()};
  return locked([&](Instant now) -> std::optional<Ticket> {
    switch (state_) {
      case BreakerState::closed:
      case BreakerState::disabled: return Ticket{generation_, 0, hash_of(key), now};
      case BreakerState::half_open: asked_ = now; return acquire_probe(hash_of(key), now);
      case BreakerState::open: asked_ = now; return std::nullopt;
      case BreakerState::forced_open: return std::nullopt;
    }
    return std::nullopt;
  });
}

std::optional<BreakerMachine::Ticket> BreakerMachine::acquire_probe(std::uint64_t key, Instant now) {
  if (key != 0 && key == suspect_) {
    if (!suspect_asked_) suspect_asked_ = now;
    if (now < suspect_until(now)) return std::nullopt;
  } else {
    others_asked_ = now;
  }
  if (all_probes_out() || probe_of(key) != nullptr) return std::nullopt;
  probes_.push_back({++last_probe_, key, now});
  return Ticket{generation_, last_probe_, key, now};
}

void BreakerMachine::finish(const Ticket& ticket, Result result) noexcept {
  if (const auto now = passing(); now && now->state == BreakerState::disabled) return;  // counts nothing
  locked([&](Instant now) {
    if (ticket.generation != generation_) return;
    const bool slow = now - ticket.begun > options_.slow;
    const bool failed = result == Result::failure;
    if (state_ == BreakerState::half_open) {
      std::erase_if(probes_, [&](const Probe& probe) { return probe.number == ticket.probe; });
      if (result == Result::nothing) return;
      if (failed || slow) {
        suspect_ = ticket.key;
        reopen(now);
      } else if (++successes_ >= options_.probe_successes) {
        close(now);
      }
    } else if (state_ == BreakerState::closed && result != Result::nothing) {
      if (failed || slow) suspect_ = ticket.key;
      window_->add(now, {failed, slow, ticket.key != 0 ? ticket.key : random_.next()});
      if (window_says_open(now)) open_from_closed(now);
    }
  });
}

bool BreakerMachine::window_says_open(Instant now) {
  const CallCounts counts = window_->counts(now);
  if (counts.calls < options_.min_calls) return false;
  const double calls = static_cast<double>(counts.calls);
  const bool too_many = static_cast<double>(counts.failures) >= options_.failure_rate * calls ||
                        static_cast<double>(counts.slow) >= options_.slow_rate * calls;
  return too_many && window_->distinct(now) >= options_.min_distinct;
}

void BreakerMachine::trip() noexcept {
  locked([&](Instant now) {
    if (state_ != BreakerState::closed) return;
    suspect_ = 0;
    open_from_closed(now);
  });
}

void BreakerMachine::force_open() noexcept {
  locked([&](Instant) { override_by(BreakerState::forced_open, false); });
}
void BreakerMachine::disable() noexcept {
  locked([&](Instant) { override_by(BreakerState::disabled, false); });
}
void BreakerMachine::reset() noexcept {
  locked([&](Instant now) { start_over(now); });
}

BreakerStatus BreakerMachine::status() {
  return locked([&](Instant now) {
    BreakerStatus status;
    status.name = name_;
    status.state = state_;
    const bool forced = state_ == BreakerState::forced_open || state_ == BreakerState::disabled;
    status.remote = forced ? override_is_remote_ : remote_;
    const CallCounts counts = window_->counts(now);
    status.calls = counts.calls;
    status.failures = counts.failures;
    status.slow = counts.slow;
    status.distinct_failures = window_->distinct(now);
    if (state_ == BreakerState::open) status.retry_at = open_until_;
    const bool calm = state_ == BreakerState::closed && closed_since_ && now - *closed_since_ >= options_.calm;
    status.reopened = calm ? 0 : reopened_;
    return status;
  });
}

BreakerState BreakerMachine::state() {
  if (const auto now = passing()) return now->state;
  return locked([&](Instant) { return state_; });
}

std::optional<Instant> BreakerMachine::closed_until(std::string_view key) {
  if (passing()) return std::nullopt;
  return locked([&](Instant now) -> std::optional<Instant> {
    switch (state_) {
      case BreakerState::closed:
      case BreakerState::disabled: return std::nullopt;
      case BreakerState::forced_open: return kNever;
      case BreakerState::open: return open_until_;
      case BreakerState::half_open: break;
    }
    const std::uint64_t hash = hash_of(key);
    std::optional<Instant> until;
    if (all_probes_out() || probe_of(hash) != nullptr) until = half_open_until();
    if (hash != 0 && hash == suspect_ && now < suspect_until(now)) {
      until = std::max(until.value_or(suspect_until(now)), suspect_until(now));
    }
    return until;
  });
}

void BreakerMachine::refresh(Instant now) {
  if (state_ == BreakerState::open && now >= open_until_) {
    if (then_closed_) return close(now);
    remote_ = false;
    enter(BreakerState::half_open);
  }
  if (state_ == BreakerState::half_open) {
    if (const auto until = half_open_until(); until && now >= *until) reopen(now);
  }
}

// Every change of state goes through here.
void BreakerMachine::enter(BreakerState to) {
  if (pending_count_ < pending_.size()) pending_[pending_count_++] = {state_, to};
  state_ = to;
  ++generation_;
  note_passing();
  probes_.clear();
  successes_ = 0;
  suspect_asked_.reset();
  others_asked_.reset();
  if (to != BreakerState::half_open) lease_.reset();
}

void BreakerMachine::open_from_closed(Instant now) {
  const bool again = closed_since_ && now - *closed_since_ < options_.calm;
  reopened_ = again ? reopened_ + 1 : 0;
  asked_.reset();
  open(now);
}

void BreakerMachine::reopen(Instant now) {
  ++reopened_;
  open(now);
}

void BreakerMachine::open(Instant now) {
  own_ = true;
  remote_ = false;
  then_closed_ = false;
  open_until_ = own_until_ = now + open_time(options_, reopened_, random_);
  enter(BreakerState::open);
}

void BreakerMachine::close(Instant now) {
  own_ = remote_ = then_closed_ = override_is_remote_ = false;
  asked_.reset();
  window_->clear(now);
  closed_since_ = now;
  enter(BreakerState::closed);
}

void BreakerMachine::start_over(Instant now) {
  const BreakerState to = options_.enabled ? BreakerState::closed : BreakerState::disabled;
  reopened_ = 0;
  suspect_ = 0;
  if (state_ == to) {
    window_->clear(now);
    override_is_remote_ = false;
  } else if (to == BreakerState::closed) {
    close(now);
  } else {
    override_by(to, false);
  }
  closed_since_.reset();
}

void BreakerMachine::override_by(BreakerState to, bool remote) {
  own_ = remote_ = then_closed_ = false;
  override_is_remote_ = remote;
  if (state_ != to) enter(to);
}

bool BreakerMachine::all_probes_out() const {
  const std::size_t most = lease_ ? 1 : options_.probes;
  // No more in all than the result can need, so that not one after another fails while a slow one is out.
  return probes_.size() >= most || probes_.size() + successes_ >= std::max(options_.probes, options_.probe_successes);
}

const BreakerMachine::Probe* BreakerMachine::probe_of(std::uint64_t key) const {
  if (key == 0) return nullptr;
  const auto found = std::find_if(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.key == key; });
  return found == probes_.end() ? nullptr : &*found;
}

Instant BreakerMachine::suspect_until(Instant now) const {
  const Instant asked = suspect_asked_.value_or(now);
  return std::max(asked, others_asked_.value_or(asked)) + BreakerOptions::kSuspectWait;
}

// When half-open becomes open by time alone.
std::optional<Instant> BreakerMachine::half_open_until() const {
  if (probes_.empty()) return lease_;
  const Instant overdue = probes_.front().since + options_.max_half_open;
  return lease_ ? std::min(*lease_, overdue) : overdue;
}

}  // namespace leftfold::inline v0::detail
