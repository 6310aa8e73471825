// SPDX-License-Identifier: Apache-2.0
// Commands on files, carried out by several threads: in order for each file, sharing the store's commits between files.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <leftfold/repository.h>

#include "git_history/file.h"

namespace git_history {

/// One command on one file, done once.
struct FileCommand {
  std::string id;
  std::string key;  // idempotency key
  std::function<void(File&)> run;
};

/// N threads; a file always belongs to the same one, which keeps it loaded. One thread pushes. Destroying it drops what
/// is queued and joins.
class Writers {
 public:
  Writers(leftfold::EventStore& store, std::size_t threads);
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers();

  /// Queues a command; waits while the file's thread is far behind. Throws what an earlier command threw.
  void push(FileCommand command);
  /// Waits until every queued command is done. Throws what a command threw.
  void drain();

 private:
  struct Lane {
    std::deque<FileCommand> queue;
    bool busy = false;
    std::unordered_map<std::string, File> files;  // of its thread alone
  };
  void work(Lane& lane, const std::stop_token& stop);
  void carry_out(Lane& lane, const FileCommand& command);
  void rethrow_failure() const;  // call with the mutex held

  leftfold::Repository<File> files_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::exception_ptr failure_;  // guarded by mutex_, as the lanes' queues
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::jthread> threads_;
};

}  // namespace git_history
