// SPDX-License-Identifier: Apache-2.0
// Ports of one worker that fail, or die with it.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/cursor_store.h>
#include <leftfold/error.h>
#include <leftfold/event_sink.h>
#include <leftfold/lease_store.h>

namespace leftfold::publisher_test {

/// A process that is killed at one of its calls: before it or after it, and nothing of it reaches a port any more. Any
/// thread.
class Life {
 public:
  /// Dies at the `calls`th call from now on.
  void end_after(int calls) { left_ = calls; }
  /// No call arrives until resume(), as of a process that the network or the scheduler keeps away.
  void cut_off() { away_ = true; }
  void resume() { away_ = false; }
  [[nodiscard]] bool dead() const { return dead_; }

  /// Runs one call of a port.
  template <class F>
  auto call(F&& f) {
    if (dead_ || away_) throw Error{Errc::unavailable, "this process is cut off"};
    const int left = left_.load() < 0 ? -1 : left_.fetch_sub(1) - 1;
    if (left == 0) {
      dead_ = true;
      if (after_) (void)f();
      throw Error{Errc::unavailable, "this process is killed"};
    }
    return f();
  }
  void die_after_the_call(bool after) { after_ = after; }

 private:
  std::atomic<int> left_{-1};
  std::atomic<bool> dead_{false};
  std::atomic<bool> away_{false};
  std::atomic<bool> after_{false};
};

class MortalCursors final : public CursorStore {
 public:
  MortalCursors(CursorStore& store, Life& life) : store_{store}, life_{life} {}
  std::vector<Version> load(std::span<const std::string_view> ids) override {
    return life_.call([&] { return store_.load(ids); });
  }
  void advance(std::span<const PublishCursor> cursors) override {
    (void)life_.call([&] {
      store_.advance(cursors);
      return true;
    });
  }
  bool remove(std::string_view id) override { return store_.remove(id); }

 private:
  CursorStore& store_;
  Life& life_;
};

class MortalLeases final : public LeaseStore {
 public:
  MortalLeases(LeaseStore& store, Life& life) : store_{store}, life_{life} {}
  std::vector<Lease> list(std::string_view group) override {
    return life_.call([&] { return store_.list(group); });
  }
  bool write(const Lease& lease) override {
    return life_.call([&] { return store_.write(lease); });
  }
  bool remove(const Lease& lease) override {
    return life_.call([&] { return store_.remove(lease); });
  }

 private:
  LeaseStore& store_;
  Life& life_;
};

class MortalSink final : public EventSink {
 public:
  MortalSink(std::unique_ptr<EventSink> sink, Life& life) : sink_{std::move(sink)}, life_{life} {}
  std::uint64_t send(const RecordedEvent& event) override {
    return life_.call([&] { return sink_->send(event); });
  }
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override {
    return life_.call([&] { return sink_->receipts(stop, deadline); });
  }
  void wake() noexcept override { sink_->wake(); }
  std::size_t on_the_way() const override { return sink_->on_the_way(); }
  std::vector<SinkReceipt> close(Instant deadline) override { return sink_->close(deadline); }

 private:
  const std::unique_ptr<EventSink> sink_;
  Life& life_;
};

}  // namespace leftfold::publisher_test
