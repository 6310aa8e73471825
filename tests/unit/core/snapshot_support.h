// SPDX-License-Identifier: Apache-2.0
// What the tests of snapshots share: a store of snapshots that fails when told to, and metrics by name.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/error.h>
#include <leftfold/memory_snapshot_store.h>
#include <leftfold/metrics.h>
#include <leftfold/snapshots.h>

namespace leftfold::test_core {

/// A MemorySnapshotStore in front of which a test stands. Any thread.
class HookedSnapshotStore final : public SnapshotStore {
 public:
  bool save(const StoredSnapshot& snapshot) override {
    {
      std::unique_lock lock{mutex_};
      ++saves_;
      arrived_.notify_all();
      open_.wait(lock, [this] { return !closed_; });
    }
    fail_if_told(fail_save);
    return inner.save(snapshot);
  }
  std::optional<StoredSnapshot> load(std::string_view aggregate_id, std::string_view schema) override {
    {
      const std::lock_guard lock{mutex_};
      ++loads_;
    }
    fail_if_told(fail_load);
    return inner.load(aggregate_id, schema);
  }
  bool remove(std::string_view aggregate_id, std::string_view schema) override {
    fail_if_told(fail_save);
    return inner.remove(aggregate_id, schema);
  }

  /// From now on saves wait inside.
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  void open() {
    const std::lock_guard lock{mutex_};
    closed_ = false;
    open_.notify_all();
  }
  /// Waits until so many saves have begun.
  void wait_for_saves(std::size_t count) {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [&] { return saves_ >= count; });
  }
  std::size_t loads() {
    const std::lock_guard lock{mutex_};
    return loads_;
  }
  std::size_t saves() {
    const std::lock_guard lock{mutex_};
    return saves_;
  }

  MemorySnapshotStore inner;
  std::optional<Errc> fail_save, fail_load;  // set while nothing runs

 private:
  static void fail_if_told(const std::optional<Errc>& code) {
    if (code) throw Error{*code, "told to fail"};
  }

  std::mutex mutex_;
  std::condition_variable arrived_, open_;
  bool closed_ = false;
  std::size_t saves_ = 0, loads_ = 0;
};

/// The value of leftfold_snapshot_loads_total of an aggregate.
inline int loads(Metrics& metrics, std::string_view result, std::string_view aggregate = "Cart") {
  return static_cast<int>(
      metrics.counter("leftfold_snapshot_loads_total", "", {{"aggregate", aggregate}, {"result", result}}).value());
}
/// The value of leftfold_snapshot_writes_total of an aggregate.
inline int writes(Metrics& metrics, std::string_view result, std::string_view aggregate = "Cart") {
  return static_cast<int>(
      metrics.counter("leftfold_snapshot_writes_total", "", {{"aggregate", aggregate}, {"result", result}}).value());
}

}  // namespace leftfold::test_core
