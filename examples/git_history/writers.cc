// SPDX-License-Identifier: Apache-2.0
#include "git_history/writers.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

namespace git_history {

Writers::Writers(leftfold::EventStore& store, std::size_t threads) : files_{store} {
  for (std::size_t i = 0; i < threads; ++i) lanes_.push_back(std::make_unique<Lane>());
  for (auto& lane : lanes_) {
    threads_.emplace_back([this, &lane = *lane](const std::stop_token& stop) { work(lane, stop); });
  }
}

Writers::~Writers() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Writers::push(FileCommand command) {
  constexpr std::size_t kLongest = 500;
  Lane& lane = *lanes_[std::hash<std::string>{}(command.id) % lanes_.size()];
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return failure_ || lane.queue.size() < kLongest; });
  rethrow_failure();
  lane.queue.push_back(std::move(command));
  changed_.notify_all();
}

void Writers::drain() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] {
    return failure_ || std::all_of(lanes_.begin(), lanes_.end(),
                                   [](const auto& lane) { return lane->queue.empty() && !lane->busy; });
  });
  rethrow_failure();
}

void Writers::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

void Writers::work(Lane& lane, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (changed_.wait(lock, stop, [&] { return !lane.queue.empty(); }) && !failure_) {
    const FileCommand command = std::move(lane.queue.front());
    lane.queue.pop_front();
    lane.busy = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      carry_out(lane, command);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    lane.busy = false;
    if (failure && !failure_) failure_ = failure;
    changed_.notify_all();
  }
}

// A file with a long history is loaded once and saved often. When the store knows better (another import runs, or
// this one was cut short), the loaded file is dropped and the repository decides again.
void Writers::carry_out(Lane& lane, const FileCommand& command) {
  auto loaded = lane.files.find(command.id);
  if (loaded == lane.files.end()) loaded = lane.files.emplace(command.id, files_.load(command.id)).first;
  const leftfold::CommandOptions once{.idempotency_key = command.key, .context = {}};
  try {
    command.run(loaded->second);
    if (!files_.save(loaded->second, once).repeated) return;
    lane.files.erase(loaded);
  } catch (const leftfold::VersionConflict&) {
    lane.files.erase(loaded);
    files_.execute(command.id, command.run, once);
  } catch (const FileRefused&) {
    lane.files.erase(loaded);
    files_.execute(command.id, command.run, once);
  }
}

}  // namespace git_history
