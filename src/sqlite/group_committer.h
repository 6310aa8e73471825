// SPDX-License-Identifier: Apache-2.0
// Appends of many threads in one commit.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/event_store.h>

#include "sqlite/event_writer.h"

namespace leftfold::inline v0::sqlite {

/// Gathers appends that arrive at the same time and commits them together, in the order of arrival.
///
/// A thread that appends when nobody is committing commits itself, so a lone writer pays for no hand-over between
/// threads. When it is done and others wait, it hands the lead to the committer thread, which keeps it until the queue
/// is empty. See docs/decisions/0003-group-commit.md. Any thread. The destructor finishes everything that was handed
/// in.
class GroupCommitter {
 public:
  /// `writer` and `commits` must outlive it.
  GroupCommitter(EventWriter& writer, CommitSignal& commits, std::size_t max_events);
  ~GroupCommitter();
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;

  /// Waits until the request is durable or refused. Throws Error.
  [[nodiscard]] AppendResult append(const AppendRequest& request);
  /// `recorded_at`: the time of a commit that another store recorded.
  [[nodiscard]] std::future<AppendResult> append_async(AppendRequest request,
                                                       std::optional<Timestamp> recorded_at = {});

 private:
  using Outcome = std::variant<std::monostate, AppendResult, Error>;
  struct Pending {
    const AppendRequest* request = nullptr;
    std::optional<Timestamp> recorded_at = {};
    Outcome outcome;
    bool done = false;  // the leader's
  };
  /// An append nobody waits in; owned by its group.
  struct Deferred : Pending {
    AppendRequest own;
    std::promise<AppendResult> promise;
  };
  /// Requests that wait together, so that one system call wakes them all.
  struct Group {
    std::atomic<std::uint32_t> done{0};
    std::vector<Pending*> members;
    std::vector<std::unique_ptr<Deferred>> deferred;
    std::size_t events = 0;
  };
  using Groups = std::vector<std::shared_ptr<Group>>;

  std::shared_ptr<Group> enqueue(Pending& pending, std::unique_ptr<Deferred> owner = nullptr);
  void lead(const Pending* own);
  void hand_over(std::unique_lock<std::mutex>& lock);
  void run_thread();
  bool take(Groups& into, std::size_t& events);
  void commit_some();
  void commit_together(Groups& groups);
  void commit_one_by_one(const Groups& groups);
  static void settle(const Groups& groups, const Error& error);
  static void complete(const Groups& groups);

  EventWriter& writer_;
  CommitSignal& commits_;
  const std::size_t max_events_;

  std::mutex mutex_;
  std::condition_variable thread_signal_;
  std::deque<std::shared_ptr<Group>> queue_;
  bool leading_ = false;       // somebody commits, or is about to
  bool thread_leads_ = false;  // that is the thread
  bool ending_ = false;
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::sqlite
