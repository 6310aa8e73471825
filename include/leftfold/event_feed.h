// SPDX-License-Identifier: Apache-2.0
// Port: what the Runner consumes. The embedded broker and Kafka are two feeds under one algorithm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event_page.h>
#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// Who keeps the checkpoint, and who shares the work.
enum class SubscriptionKind {
  shared,  ///< the feed keeps the checkpoint; each partition belongs to one process at a time
  gated,   ///< a ReadModel keeps the checkpoint; each partition belongs to one process at a time
  local,   ///< no checkpoint: every process reads everything, from the beginning, each time it starts
};

/// Where a subscription without a checkpoint starts; latest means the end as it is when it first subscribes.
enum class StartFrom { beginning, latest };

/// What becomes of an event that is there and cannot be decoded.
enum class Undecodable {
  fail,   ///< take() throws Error(corrupt) where it would come next; a broker that holds what others send brings it
  bring,  ///< it comes as one of type kUnreadable, with its version; its aggregate is empty when nobody knows it
};

/// Who takes events, and from where on. Plain value.
struct SubscriptionOptions {
  std::string name;  ///< unique within the feed, kept with the checkpoint: "<group>.<handler>"; not empty
  SubscriptionKind kind = SubscriptionKind::shared;
  StartFrom start = StartFrom::beginning;
  Undecodable undecodable = Undecodable::fail;
};

/// A partition this process may handle from now on. Its events come with a later take(), so that seek() can come first.
struct Assignment {
  std::int32_t partition = 0;
  std::int64_t epoch = 0;  ///< grows with every assignment of the partition; older epochs are fenced
  Position checkpoint;     ///< everything up to here is done; take() continues after it unless seek() says otherwise
};

/// A partition this process must stop handling.
struct Revocation {
  std::int32_t partition = 0;
  std::int64_t epoch = 0;
  bool lost = false;  ///< true: another process may own it already, so finish nothing; false: drain, then release()
};

/// What one take() brought. Assignments come before the first event of their partition.
struct Taken {
  std::vector<Assignment> assigned;
  std::vector<Revocation> revoked;
  EventPage events;  ///< in position order within a partition
};

/// One process's part in a named, durable reading of the whole feed.
///
/// What every implementation promises, and testing/event_feed_suite.h checks: within an assignment events arrive in
/// position order, each once, without a gap, beginning after the checkpoint; after a crash everything after the last
/// checkpoint arrives again; no partition is assigned to two processes at once, save for one that is lost.
///
/// One thread at a time, but wake() from any. Destroying it gives its partitions back without moving a checkpoint.
class Subscription {
 public:
  virtual ~Subscription() = default;

  /// Waits until there is something to report (an event, an assignment, a revocation), `deadline` (on the feed's clock)
  /// is reached, `stop` is requested or wake() is called; then returns at most `max` events, possibly none.
  /// With `max` 0 it reports assignments and revocations only, and waits for them although there are events. Appends of
  /// this process end the wait at once, those of other processes within 50 ms. Throws Error(unavailable, corrupt);
  /// nothing is skipped then, the next call tries again.
  [[nodiscard]] virtual Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) = 0;

  /// Makes a take() that waits, or the next one, return early. Any thread.
  virtual void wake() noexcept = 0;

  /// Continues a partition after `done` instead of after its checkpoint. Call before taking its first event.
  virtual void seek(std::int32_t partition, std::int64_t epoch, Position done) = 0;

  /// With `on`, take() leaves the partition's events where they are while those of others come; with false they come
  /// again. An assignment begins without a hold. Nothing happens for an older epoch.
  virtual void hold(std::int32_t partition, std::int64_t epoch, bool on) = 0;

  /// Stores that everything up to and including `done` is finished. Not for SubscriptionKind::local.
  /// Returns false when the epoch is fenced: another process owns the partition, nothing was stored.
  /// Throws Error(unavailable, storage_full): the old checkpoint stands.
  [[nodiscard]] virtual bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) = 0;

  /// Answers a revocation that was not lost, after the drain and the last checkpoint; also gives a partition back
  /// early.
  virtual void release(std::int32_t partition, std::int64_t epoch) = 0;
};

/// How far a subscription is in one partition. Plain value.
struct Progress {
  std::optional<Position> done;  ///< its checkpoint; empty when it has none there
  Position begin;                ///< of the newest event that is gone from the partition; start() when none is
  Position head;                 ///< of the partition's newest event; start() when there never was one

  /// Events after the checkpoint; all there are without one.
  [[nodiscard]] std::int64_t lag() const noexcept { return head.value() - done.value_or(begin).value(); }
};

/// Port: a broker's reading side. Any thread. Must outlive its subscriptions.
class EventFeed {
 public:
  virtual ~EventFeed() = default;

  /// Opens a subscription; with SubscriptionKind::shared or gated it waits its turn inside take().
  /// Throws Error(invalid_argument) for an empty name; unavailable.
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) = 0;

  /// How many partitions there are: from 0 to partitions() - 1. It may grow from one start of a program to the next.
  [[nodiscard]] virtual std::int32_t partitions() const noexcept { return 1; }

  /// True when the feed may hold an event more than once, or one before another of its aggregate that it should follow.
  /// A projector then remembers the version of each aggregate that it has come to.
  [[nodiscard]] virtual bool may_repeat() const noexcept { return false; }

  /// Position of the newest event of a partition; start() when there is none. For lag and for waiting until handled.
  /// Throws Error(unavailable).
  [[nodiscard]] virtual Position head(std::int32_t partition) = 0;

  /// The checkpoint kept for the subscription of this name in partition 0, whoever has it; start() when there is none.
  /// Throws Error(unavailable).
  [[nodiscard]] virtual Position checkpoint(std::string_view subscription) = 0;

  /// Of every partition in order, for people: how far the subscription of this name is, whoever has it. Of a gated or
  /// local one the feed knows no checkpoint. Throws Error(unavailable).
  [[nodiscard]] virtual std::vector<Progress> progress(std::string_view subscription) {
    return {{checkpoint(subscription), Position::start(), head(0)}};
  }
};

}  // namespace leftfold::inline v0
