// SPDX-License-Identifier: Apache-2.0
// A store, its stream, a broker and Publishers over them; and what must hold of the topic.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
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
#include "unit/runtime/publisher_broker.h"

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
    options.lease_expires_after = 5s;  // where it matters, a test says so
    options.discover_every = 30ms;
    options.drain = kLong;
    return options;
  }
  [[nodiscard]] PublishedStore ports() {
    PublishedStore ports;
    ports.events = &store;
    ports.cursors = cursor_store;
    ports.leases = lease_store;
    ports.changes = change_stream;
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
  ChangeStream* change_stream = &stream;
  TestBroker broker;
  runtime::Repair repair;

 private:
  std::map<std::string, std::int64_t> versions_;
  std::mt19937 random_{7};
};

}  // namespace leftfold::publisher_test
