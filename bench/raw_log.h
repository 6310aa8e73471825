// SPDX-License-Identifier: Apache-2.0
// The raw limit of appending: one file, CRC32C, fdatasync, group commit. No queries, no recovery, no other process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <leftfold/event_store.h>

namespace leftfold::bench {

/// What a store that keeps appends durable, checks versions and can find an event again must do at least. Called like
/// SqliteStore: append() waits, append_async() gives a future, concurrent appends share one write and one fdatasync. A
/// caller that finds nobody committing does it itself; what arrives meanwhile is left to a thread.
/// The file is written over from its beginning and again when its end is reached: blocks that exist already are the
/// fastest a disk can do. What it holds is never read back.
/// Any thread.
class RawLog {
 public:
  /// Creates the file with `bytes` zeroes, or uses it when it has that size. Throws std::system_error.
  RawLog(const std::filesystem::path& file, std::size_t bytes);
  ~RawLog();
  RawLog(const RawLog&) = delete;
  RawLog& operator=(const RawLog&) = delete;

  [[nodiscard]] AppendResult append(const AppendRequest& request);
  [[nodiscard]] std::future<AppendResult> append_async(AppendRequest request);

 private:
  struct Pending {
    const AppendRequest* request = nullptr;
    AppendResult outcome;
    bool done = false;
  };
  struct Deferred : Pending {
    AppendRequest own;
    std::promise<AppendResult> promise;
  };
  struct Group {  // shares one write and one fdatasync
    std::vector<Pending*> members;
    std::vector<std::unique_ptr<Deferred>> deferred;
    std::size_t events = 0;
    std::atomic<bool> done{false};
  };

  [[nodiscard]] std::shared_ptr<Group> enqueue(Pending& pending);
  void lead(const Pending* own);
  void run_thread(const std::stop_token& stop);
  void commit(Group& group);
  void encode(const AppendRequest& request, std::int64_t committed_at);

  int file_ = -1;
  std::size_t bytes_;
  std::size_t offset_ = 0;
  std::int64_t position_ = 0;
  std::string buffer_;
  std::unordered_map<std::string, std::vector<std::uint64_t>> index_;  // offsets of a stream's events
  std::mutex mutex_;
  std::condition_variable_any signal_;
  std::deque<std::shared_ptr<Group>> queue_;
  bool leading_ = false;       // somebody commits
  bool thread_leads_ = false;  // the thread is to commit
  std::jthread thread_;        // last: ends before what it uses
};

/// How often a second 4 KB of an existing file can be written over and made durable: the disk's own limit for one
/// writer. Throws std::system_error.
[[nodiscard]] double measure_fdatasync_rate(const std::filesystem::path& file, double seconds);

}  // namespace leftfold::bench
