// A store, its stream, a broker with moods and Publishers over them; and what must hold of the topic.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/memory.h>
#include <leftfold/memory_cursor_store.h>
#include <leftfold/memory_lease_store.h>
#include <leftfold/publisher.h>

#include "runtime/publisher/publisher_run.h"
#include "runtime/publisher/stream_publisher.h"
#include "support/memory_stream.h"

namespace leftfold::publisher_test {

using namespace std::chrono_literals;

// Everything a test waits for ends within this or the test fails; nothing takes nearly as long.
inline constexpr std::chrono::seconds kLong{60};

// Looks again and again, for what other threads do.
template <class Done>
[[nodiscard]] bool wait_for(const Done& done) {
  const auto deadline = std::chrono::steady_clock::now() + kLong;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(1ms);  // between two looks; nothing counts on its length
  }
  return true;
}

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

/// A Publisher on a thread of its own.
class Publishing {
 public:
  explicit Publishing(std::unique_ptr<runtime::PublisherRun> publisher)
      : publisher_{std::move(publisher)}, thread_{[this](const std::stop_token& stop) {
          try {
            publisher_->run(stop);
          } catch (...) {
            failure_ = std::current_exception();
          }
        }} {}

  // Returns what run() threw.
  std::exception_ptr stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return failure_;
  }
  std::exception_ptr wait() {
    if (thread_.joinable()) thread_.join();
    return failure_;
  }
  [[nodiscard]] PublisherStatus status() const { return publisher_->status(); }

 private:
  std::unique_ptr<runtime::PublisherRun> publisher_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

class PublisherWorld : public ::testing::Test {
 protected:
  // Appends `events` events, the store's alone; returns them.
  std::vector<EventCopy> store_events(const std::string& aggregate, int events) {
    std::vector<EventCopy> stored;
    for (int i = 0; i < events; ++i) {
      AppendRequest request;
      request.aggregate_id = aggregate;
      request.expected = Version{versions_[aggregate]++ - 1};
      request.events.push_back({Uuid::v7(system_clock().now()), "Happened", "{}", {}, 1});
      (void)store.append(request);
      const EventPage page = store.read_stream(aggregate, request.expected.next(), 1);
      stored.emplace_back(page[0]);
    }
    return stored;
  }
  // Appends, and the stream tells of it, in an order of its own.
  void write(const std::string& shard, const std::string& aggregate, int events) {
    std::vector<EventCopy> stored = store_events(aggregate, events);
    std::shuffle(stored.begin(), stored.end(), random_);
    for (const EventCopy& event : stored) stream.put(shard, event.view());
  }

  [[nodiscard]] PublisherOptions options() const {
    PublisherOptions options;
    options.name = "p";
    options.checkpoint_every = 5ms;
    options.renew_every = 20ms;
    options.lease_expires_after = 300ms;
    options.discover_every = 30ms;
    options.drain = kLong;
    return options;
  }
  [[nodiscard]] PublishedStore ports() {
    PublishedStore ports;
    ports.events = &store;
    ports.cursors = cursor_store;
    ports.leases = lease_store;
    ports.changes = &stream;
    return ports;
  }
  std::unique_ptr<Publishing> start(const std::string& worker = "w1") { return start(worker, options()); }
  std::unique_ptr<Publishing> start(const std::string& worker, PublisherOptions options) {
    options.worker = worker;
    runtime::StreamSource source;
    source.stored = ports();
    source.group = options.name;
    source.pace = {1ms, 5ms};
    source.repair = repair;
    return std::make_unique<Publishing>(std::make_unique<runtime::StreamPublisher>(
        std::move(source), [this] { return broker.open(); }, std::move(options)));
  }

  // Everything stored is in the topic.
  [[nodiscard]] bool all_published() {
    return wait_for([&] { return published(versions_); });
  }
  [[nodiscard]] bool published(const std::map<std::string, std::int64_t>& counts) const {
    std::map<std::string, std::int64_t> next;
    for (const EventCopy& event : broker.events()) {
      std::int64_t& wanted = next[event.aggregate_id];
      if (event.version.value() == wanted) ++wanted;
    }
    return std::all_of(counts.begin(), counts.end(),
                       [&](const auto& count) { return next[count.first] >= count.second; });
  }
  // First occurrences of each aggregate's versions are 0, 1, 2, ...
  [[nodiscard]] std::string disorder() const {
    std::map<std::string, std::int64_t> next;
    for (const EventCopy& event : broker.events()) {
      std::int64_t& wanted = next[event.aggregate_id];
      if (event.version.value() > wanted) {
        return event.aggregate_id + ": " + std::to_string(event.version.value()) + " came before " +
               std::to_string(wanted);
      }
      if (event.version.value() == wanted) ++wanted;
    }
    return "";
  }
  void TearDown() override { EXPECT_EQ(disorder(), ""); }

  [[nodiscard]] std::vector<Lease> leases() { return lease_memory.list("p"); }
  [[nodiscard]] Lease lease_of(const std::string& shard, const std::string& label = "stream-1") {
    for (const Lease& lease : leases()) {
      if (lease.name == runtime::lease_name({label, shard})) return lease;
    }
    return {};
  }
  [[nodiscard]] std::size_t owned_by(const std::string& worker) {
    const std::vector<Lease> all = leases();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const Lease& lease) { return !lease.done && lease.owner == worker; }));
  }

  MemoryStore store;
  test_support::MemoryStream stream;
  MemoryCursorStore cursor_memory;
  MemoryLeaseStore lease_memory;
  CursorStore* cursor_store = &cursor_memory;
  LeaseStore* lease_store = &lease_memory;
  TestBroker broker;
  runtime::Repair repair;

 private:
  std::map<std::string, std::int64_t> versions_;
  std::mt19937 random_{7};
};

}  // namespace leftfold::publisher_test
