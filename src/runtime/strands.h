// Strands: the events of one aggregate run one after another, those of different aggregates side by side.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <leftfold/event_page.h>

#include "runtime/assigned_partition.h"

namespace leftfold::detail {

/// One event to handle, with the page that its texts live in.
struct Task {
  std::shared_ptr<const EventPage> page;
  const RecordedEvent* event = nullptr;
  std::shared_ptr<AssignedPartition> partition;
};

/// A strand that is idle is not kept; retries will add `waiting`, which holds no worker.
enum class StrandState { ready, running };

/// The events of one aggregate that are taken and not yet started.
struct Strand {
  const std::string* aggregate_id = nullptr;
  std::deque<Task> queue;
  StrandState state = StrandState::ready;
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

  /// Queues a task behind the others of its aggregate.
  void push(Task task);
  [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty(); }
  /// Starts the next event of the strand that is ready the longest. has_ready() must hold.
  [[nodiscard]] Started start();
  /// Ends what start() began: the strand queues up again at the back, or goes when it is empty.
  void finish(Strand& strand);
  /// Forgets queued tasks, asking about each; those running stay. Of one aggregate and one partition the unwanted must
  /// be the last ones.
  void drop(const std::function<bool(const Task&)>& unwanted);
  [[nodiscard]] std::size_t size() const noexcept { return strands_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, Strand, Hash, std::equal_to<>>;

  void remove(Strand& strand);

  Map strands_;
  std::deque<Strand*> ready_;
  std::vector<Map::node_type> spare_;  // nodes of removed strands: a busy subscription allocates none
};

}  // namespace leftfold::detail
