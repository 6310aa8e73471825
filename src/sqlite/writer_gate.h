// SPDX-License-Identifier: Apache-2.0
// In-process order among the writers of one file.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace leftfold::inline v0::sqlite {

/// Lets one connection of this process write to a file at a time, first come first served. SQLite alone would let them
/// meet in its busy handler, where they sleep and the luckiest wins.
/// Any thread.
class WriterGate {
 public:
  /// The right to write, until it is destroyed or leave() is called.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept : gate_{std::exchange(other.gate_, nullptr)} {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Hold() { leave(); }
    void leave() noexcept;

   private:
    friend class WriterGate;
    explicit Hold(WriterGate& gate) : gate_{&gate} {}
    WriterGate* gate_ = nullptr;
  };

  /// Waits for the right to write to `file` (named in errors). Throws Error(unavailable) after `timeout`, and
  /// invalid_argument when this thread has it already: it would wait for itself.
  [[nodiscard]] Hold enter(std::chrono::milliseconds timeout, std::string_view file);
  /// Whether this thread is inside.
  [[nodiscard]] bool held_here() const noexcept { return holder_.load() == std::this_thread::get_id(); }
  /// Throws Error(invalid_argument) if this thread is inside.
  void check_not_held_here(std::string_view file) const;

 private:
  struct Waiter {
    std::condition_variable signal;
    bool granted = false;
  };
  void leave() noexcept;

  std::mutex mutex_;
  bool taken_ = false;
  std::list<Waiter> waiters_;
  std::atomic<std::thread::id> holder_{};
};

}  // namespace leftfold::inline v0::sqlite
