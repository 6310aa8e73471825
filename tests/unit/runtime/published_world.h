// SPDX-License-Identifier: Apache-2.0
// A store in memory that is scanned, and the topic its events are published to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_scan.h>
#include <leftfold/memory.h>
#include <leftfold/memory_cursor_store.h>
#include <leftfold/memory_event_sink.h>
#include <leftfold/memory_lease_store.h>
#include <leftfold/reconcile.h>

#include "support.h"
#include "support/passing_clock.h"

namespace leftfold::runtime_test {

// Hands out the store's events page by page; the aggregates of a segment are those whose number fits.
class ScannedStore final : public EventScan {
 public:
  explicit ScannedStore(MemoryStore& store, std::size_t page) : store_{store}, page_{page} {}

  [[nodiscard]] ScanPage scan(const ScanPlace& where) override {
    ++scans;
    if (on_scan) on_scan(scans);
    ScanPage page;
    const Position after{where.after.empty() ? 0 : std::stoll(where.after)};
    const EventPage events = store_.read_all(after, page_);
    for (const RecordedEvent& event : events) {
      const auto number = std::hash<std::string_view>{}(event.aggregate_id) % static_cast<std::size_t>(where.segments);
      if (static_cast<int>(number) != where.segment) continue;
      if (unreadable != std::pair{std::string{event.aggregate_id}, event.version}) {
        page.events.add(event);
        continue;
      }
      page.unreadable.push_back({page.events.size(), "no number"});
      RecordedEvent bare;
      bare.aggregate_id = event.aggregate_id;
      bare.version = event.version;
      page.events.add(bare);
    }
    if (!events.empty() && !events.at_end()) page.next = std::to_string(events.back().position.value());
    return page;
  }
  [[nodiscard]] std::uint64_t rough_size() override { return static_cast<std::uint64_t>(store_.head().value()); }

  int scans = 0;
  std::function<void(int scan)> on_scan;  // may throw, or stop
  std::pair<std::string, Version> unreadable;

 private:
  MemoryStore& store_;
  const std::size_t page_;
};

struct PublishedWorld {
  explicit PublishedWorld(std::size_t page = 10) : scan{store, page} {}

  void add(const std::string& aggregate, int events) {
    for (int i = 0; i < events; ++i) append(store, aggregate, counted(i));
  }
  [[nodiscard]] PublishedStore ports() { return {&store, &scan, &cursors, &leases, nullptr, nullptr}; }
  [[nodiscard]] ReconcileOptions options(int segments = 2) {
    ReconcileOptions options;
    options.segments = segments;
    options.clock = &clock;
    options.worker = "a";
    return options;
  }
  [[nodiscard]] OpenSink open_sink() {
    return [this] {
      ++sinks;
      MemoryEventSinkOptions sink;
      sink.clock = &clock;
      sink.room = room;
      sink.max_event_bytes = max_event_bytes;
      return std::make_unique<MemoryEventSink>(topic, sink);
    };
  }
  ReconcileProgress reconcile(const ReconcileOptions& how, const std::stop_token& stop = {}) {
    return leftfold::reconcile(ports(), open_sink(), how, stop);
  }
  // The versions in the topic, by aggregate, in its order.
  [[nodiscard]] std::map<std::string, std::vector<std::int64_t>> published() const {
    std::map<std::string, std::vector<std::int64_t>> all;
    for (const EventCopy& event : topic.events()) all[event.aggregate_id].push_back(event.version.value());
    return all;
  }
  [[nodiscard]] Version cursor(std::string_view aggregate) { return cursors.load(std::vector{aggregate}).front(); }

  test_support::PassingClock clock;
  MemoryStore store;
  ScannedStore scan;
  MemoryCursorStore cursors;
  MemoryLeaseStore leases;
  MemoryTopic topic;
  std::size_t room = 100;
  std::size_t max_event_bytes = 1'000'000;
  int sinks = 0;
};

inline std::vector<std::int64_t> numbers(std::int64_t from, std::int64_t count) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < count; ++i) all.push_back(from + i);
  return all;
}

}  // namespace leftfold::runtime_test
