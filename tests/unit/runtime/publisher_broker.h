// SPDX-License-Identifier: Apache-2.0
// A broker with moods.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_sink.h>

namespace leftfold::publisher_test {

/// A topic that several sinks write to. While it is away nothing is acknowledged; it can break sinks in the midst.
/// Gapless: after an event that failed, a sink keeps nothing any more. Any thread.
class TestBroker {
 public:
  std::unique_ptr<EventSink> open();

  void go_away() {
    set([this] { away_ = true; });
  }
  void come_back() {
    set([this] { away_ = false; });
  }
  /// Opening a sink fails that often.
  void refuse_sinks(int times) {
    set([&] { refusals_ = times; });
  }
  /// After so many more events a sink fails; every so many again, so often.
  void break_after(std::size_t events, int times) {
    set([&] {
      break_every_ = countdown_ = events;
      breaks_ = times;
    });
  }
  /// Events of this aggregate from this version on are too large, or not any more.
  void refuse(const std::string& aggregate, std::int64_t version) {
    set([&] { too_large_[aggregate] = version; });
  }
  void refuse_nothing() {
    set([&] { too_large_.clear(); });
  }

  [[nodiscard]] std::vector<EventCopy> events() const {
    const std::scoped_lock lock{mutex_};
    return topic_;
  }
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock{mutex_};
    return topic_.size();
  }
  [[nodiscard]] int sinks() const {
    const std::scoped_lock lock{mutex_};
    return sinks_;
  }
  [[nodiscard]] std::size_t most_waiting() const {
    const std::scoped_lock lock{mutex_};
    return most_waiting_;
  }

 private:
  class Sink;
  template <class F>
  void set(F f) {
    const std::scoped_lock lock{mutex_};
    f();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<EventCopy> topic_;
  std::map<std::string, std::int64_t> too_large_;
  bool away_ = false;
  int refusals_ = 0;
  int sinks_ = 0;
  int breaks_ = 0;
  std::size_t break_every_ = 0;
  std::size_t countdown_ = 0;
  std::size_t most_waiting_ = 0;
};

class TestBroker::Sink final : public EventSink {
 public:
  static constexpr std::size_t kRoom = 50;
  explicit Sink(TestBroker& broker) : broker_{broker} {}

  std::uint64_t send(const RecordedEvent& event) override {
    const std::scoped_lock lock{broker_.mutex_};
    const auto large = broker_.too_large_.find(std::string{event.aggregate_id});
    if (large != broker_.too_large_.end() && event.version.value() >= large->second && event.type != kUnpublished) {
      throw Error{Errc::invalid_argument, "the event is too large"};
    }
    if (waiting_.size() >= kRoom) return 0;
    waiting_.emplace_back(event);
    broker_.most_waiting_ = std::max(broker_.most_waiting_, waiting_.size());
    return ++last_;
  }
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override {
    std::unique_lock lock{broker_.mutex_};
    const auto ready = [&] { return woken_ || broken_ || (!waiting_.empty() && !broker_.away_); };
    system_clock().wait_until(lock, broker_.changed_, stop, deadline, ready);
    woken_ = false;
    std::vector<SinkReceipt> receipts;
    if (broker_.away_ && !broken_) return receipts;
    for (EventCopy& event : waiting_) {
      SinkReceipt& receipt = receipts.emplace_back();
      receipt.ticket = ++received_;
      if (!broken_ && broker_.breaks_ > 0 && --broker_.countdown_ == 0) {
        broken_ = true;
        --broker_.breaks_;
        broker_.countdown_ = broker_.break_every_;
        if (broker_.breaks_ % 2 == 0) broker_.topic_.push_back(event);  // kept, and nobody knows
      }
      receipt.acknowledged = !broken_;
      if (broken_) receipt.why = "the connection broke";
      else broker_.topic_.push_back(std::move(event));
    }
    waiting_.clear();
    return receipts;
  }
  void wake() noexcept override {
    const std::scoped_lock lock{broker_.mutex_};
    woken_ = true;
    broker_.changed_.notify_all();
  }
  std::size_t on_the_way() const override {
    const std::scoped_lock lock{broker_.mutex_};
    return waiting_.size();
  }
  std::vector<SinkReceipt> close(Instant) override {
    const std::scoped_lock lock{broker_.mutex_};
    std::vector<SinkReceipt> receipts;
    for (std::size_t i = 0; i < waiting_.size(); ++i) receipts.push_back({++received_, false, 0, {}, "closed"});
    waiting_.clear();
    return receipts;
  }

 private:
  TestBroker& broker_;
  std::vector<EventCopy> waiting_;
  std::uint64_t last_ = 0;
  std::uint64_t received_ = 0;
  bool woken_ = false;
  bool broken_ = false;
};

inline std::unique_ptr<EventSink> TestBroker::open() {
  const std::scoped_lock lock{mutex_};
  if (refusals_ > 0 && refusals_-- > 0) throw Error{Errc::unavailable, "the broker does not answer"};
  ++sinks_;
  return std::make_unique<Sink>(*this);
}

}  // namespace leftfold::publisher_test
