// SPDX-License-Identifier: Apache-2.0
#include "sqlite/feed_subscription.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {
namespace {

using std::chrono::milliseconds;

// Appends of other processes are noticed within 50 ms, and sooner while they come often. A look costs about 10 us.
constexpr milliseconds kLookForEvents{20};
constexpr milliseconds kLookForEventsOften{2};
constexpr milliseconds kLookOftenFor{1'000};
// Ownership given up by another process is noticed within 100 ms.
constexpr int kLookForOwnershipMin = 50;
constexpr int kLookForOwnershipMax = 100;

}  // namespace

FeedSubscription::FeedSubscription(FeedAccess access, SubscriptionOptions options)
    : access_{std::move(access)}, options_{std::move(options)}, random_{std::random_device{}()} {
  if (options_.name.empty()) {
    throw Error{Errc::invalid_argument, "subscribe: the subscription has no name; name it \"<group>.<handler>\""};
  }
  const bool latest = options_.start == StartFrom::latest;
  // "Latest" is decided once and stored, or events that come before the first checkpoint could be skipped.
  const Position start =
      latest ? access_.readers.with([](EventReader& reader) { return reader.head(); }) : Position::start();
  if (local()) {
    next_after_ = start;
  } else if (access_.table == nullptr) {
    throw Error{Errc::permission_denied,
                access_.file.string() + ": subscription \"" + options_.name +
                    "\" needs a checkpoint, but the file is open read-only; open it for writing "
                    "or use a local subscription"};
  } else {
    lock_file_.emplace(access_.file);
    id_ = access_.table->open(options_.name, latest ? std::optional{start} : std::nullopt);
  }
  access_.shared->commits.add(waker_);
}

FeedSubscription::~FeedSubscription() {
  access_.shared->commits.remove(waker_);
  if (assigned()) give_back();
}

Taken FeedSubscription::take(std::size_t max, const std::stop_token& stop, Instant deadline) {
  // Stands in the queue while it waits for ownership, and lets the next one try when it leaves.
  struct Turn {
    FeedSubscription& self;
    bool queued;
    explicit Turn(FeedSubscription& s) : self{s}, queued{!s.local() && !s.assigned()} {
      if (queued) self.access_.shared->turns.join(self.id_, &self);
    }
    ~Turn() {
      if (!queued) return;
      self.access_.shared->turns.leave(self.id_, &self);
      if (!self.assigned()) self.access_.shared->commits.notify();
    }
  };
  const Turn turn{*this};
  Clock& clock = *access_.clock;
  bool timed_out = false;
  for (;;) {
    bool woken = false;
    {
      const std::lock_guard lock{waker_.mutex};
      waker_.commit = false;  // what was committed before is seen by the look that follows
      woken = std::exchange(waker_.woken, false);
    }
    Taken taken;
    const bool found = look(max, taken);
    // Found without a commit of this process: another one is writing.
    if (found && timed_out && !taken.events.empty()) eager_until_ = clock.instant() + kLookOftenFor;
    if (found || woken || stop.stop_requested() || clock.instant() >= deadline) return taken;
    std::unique_lock lock{waker_.mutex};
    timed_out = !clock.wait_until(lock, waker_.signal, stop, next_look(deadline),
                                  [&] { return waker_.woken || waker_.commit; });
  }
}

Instant FeedSubscription::next_look(Instant deadline) {
  const Instant now = access_.clock->instant();
  const milliseconds wait =
      assigned() ? (now < eager_until_ ? kLookForEventsOften : kLookForEvents)
                 : milliseconds{std::uniform_int_distribution{kLookForOwnershipMin, kLookForOwnershipMax}(random_)};
  return std::min(deadline, now + wait);
}

bool FeedSubscription::look(std::size_t max, Taken& taken) {
  if (lost_epoch_ != 0) {
    taken.revoked.push_back({0, std::exchange(lost_epoch_, 0), true});
    return true;
  }
  if (!assigned()) return try_assign(taken);  // events come with the next take, so that the caller can seek first
  if (max == 0 || held_) return false;
  taken.events = access_.readers.with(
      [&](EventReader& reader) { return reader.read_all(next_after_, max, options_.undecodable); });
  if (taken.events.empty()) return false;
  next_after_ = taken.events.back().position;
  return true;
}

bool FeedSubscription::try_assign(Taken& taken) {
  if (local()) {
    epoch_ = 1;
  } else {
    if (!access_.shared->turns.is_first(id_, this) || !lock_file_->try_lock(id_)) return false;
    try {
      const auto assignment = access_.table->assign(id_);
      epoch_ = assignment.epoch;
      next_after_ = assignment.checkpoint;
    } catch (...) {
      lock_file_->unlock(id_);
      throw;
    }
  }
  held_ = false;
  taken.assigned.push_back({0, epoch_, next_after_});
  return true;
}

void FeedSubscription::wake() noexcept { waker_.wake(); }

void FeedSubscription::seek(std::int32_t partition, std::int64_t epoch, Position done) {
  if (owns(partition, epoch)) next_after_ = done;
}

void FeedSubscription::hold(std::int32_t partition, std::int64_t epoch, bool on) {
  if (owns(partition, epoch)) held_ = on;
}

bool FeedSubscription::checkpoint(std::int32_t partition, std::int64_t epoch, Position done) {
  if (local()) {
    throw Error{Errc::invalid_argument,
                "checkpoint: subscription " + options_.name + " is local and has no checkpoint; use a shared one"};
  }
  if (!owns(partition, epoch)) return false;
  if (access_.table->store(id_, epoch_, done)) return true;
  // Somebody has the lock although this process holds it: the lock file was deleted, or the row was edited.
  lost_epoch_ = epoch_;
  give_back();
  return false;
}

void FeedSubscription::release(std::int32_t partition, std::int64_t epoch) {
  if (!local() && owns(partition, epoch)) give_back();
}

void FeedSubscription::give_back() noexcept {
  epoch_ = 0;
  if (local()) return;
  lock_file_->unlock(id_);
  access_.shared->commits.notify();  // those of this process that wait for it
}

}  // namespace leftfold::inline v0::sqlite
