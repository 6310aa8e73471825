// SPDX-License-Identifier: Apache-2.0
// Strands: the events of one aggregate run one after another, those of different aggregates side by side.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_page.h>

#include "runtime/assigned_partition.h"

namespace leftfold::inline v0::detail {

struct Trouble;

/// One event to handle, with the page that its texts live in.
struct Task {
  Task() = default;
  Task(std::shared_ptr<const EventPage> p, const RecordedEvent* e, std::shared_ptr<AssignedPartition> a);
  Task(Task&&) noexcept;
  Task& operator=(Task&&) noexcept;
  ~Task();

  std::shared_ptr<const EventPage> page;
  const RecordedEvent* event = nullptr;
  std::shared_ptr<AssignedPartition> partition;
  std::unique_ptr<Trouble> trouble;  // once its handler failed
};

/// A strand that is idle is not kept. One that waits, for its time or for something to change, holds no worker.
enum class StrandState { ready, running, waiting, blocked };

/// The events of one aggregate that are taken and not yet started.
struct Strand {
  const std::string* aggregate_id = nullptr;
  std::deque<Task> queue;
  StrandState state = StrandState::ready;
  std::multimap<Instant, Strand*>::iterator timer;  // while it waits
};

/// The strands of one subscription, keyed by aggregate id alone: the same aggregate in two partitions, or in two
/// assignments of one, is still one strand, so two handlers never run for it at once in this process.
/// One thread at a time.
class Strands {
 public:
  struct Started {
    Strand* strand = nullptr;
    Task task;
  };

  /// Queues a task behind the others of its aggregate, and returns the strand.
  Strand& push(Task task);
  [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty(); }
  /// Starts the next event of the strand that is ready the longest. has_ready() must hold.
  [[nodiscard]] Started start();
  /// Ends what start() began: the strand queues up again at the back, or goes when it is empty.
  void finish(Strand& strand);

  /// Puts what start() began back: it is due again at `until`.
  void wait(Started started, Instant until);
  /// Puts what start() began back: it is due again at unblock().
  void block(Started started);
  /// When the next waiting strand is due; kNever without one.
  [[nodiscard]] Instant next_due() const noexcept { return timers_.empty() ? kNever : timers_.begin()->first; }
  /// Makes those ready that are due.
  void wake_due(Instant now);
  /// Makes a waiting strand ready before its time.
  void wake(Strand& strand);
  /// The strand that waits to try this event again; null when it does anything else.
  [[nodiscard]] Strand* waiting_on(const AssignedPartition& partition, Position position) const noexcept;
  [[nodiscard]] bool has_blocked() const noexcept { return !blocked_.empty(); }
  void unblock();

  /// Forgets tasks queued behind one that start() began, asking about each.
  static void drop_queue(Strand& strand, const std::function<bool(const Task&)>& unwanted);
  /// Forgets queued tasks, asking about each; those running stay. Of one aggregate and one partition the unwanted must
  /// be the last ones.
  void drop(const std::function<bool(const Task&)>& unwanted);
  /// As drop, of the strands that wait or are blocked only.
  void drop_waiting(const std::function<bool(const Task&)>& unwanted);
  [[nodiscard]] std::size_t size() const noexcept { return strands_.size(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return timers_.size() + blocked_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, Strand, Hash, std::equal_to<>>;

  void drop(const std::function<bool(const Task&)>& unwanted, bool waiting_only);
  void leave_list(Strand& strand);  // of the ready, the timers or the blocked
  void remove(Strand& strand);

  Map strands_;
  std::deque<Strand*> ready_;
  std::multimap<Instant, Strand*> timers_;
  std::deque<Strand*> blocked_;
  std::vector<Map::node_type> spare_;  // nodes of removed strands: a busy subscription allocates none
};

}  // namespace leftfold::inline v0::detail
