// SPDX-License-Identifier: Apache-2.0
// Projectors, histories and scans for the tests of Replay.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/replay.h>

#include "support.h"
#include "table.h"

namespace leftfold::runtime_test {

// What was handled, by aggregate, in memory. Any `on` is not const: one thread.
struct ByAggregate : Projector<TestEvents> {
  void on(const Counted& event, const EventMetadata& meta) {
    if (event.n == fail_at) throw std::runtime_error{"no such luck"};
    seen[meta.aggregate_id].push_back(event.n);
    order.push_back(event.n);
  }
  void reset() {
    seen.clear();
    order.clear();
    ++resets;
  }
  std::map<std::string, std::vector<int>> seen;
  std::vector<int> order;
  int fail_at = -1;
  int resets = 0;
};

// As above with const functions: called from several threads.
struct InParallel : Projector<TestEvents> {
  void on(const Counted& event, const EventMetadata& meta) const {
    const std::scoped_lock lock{mutex};
    seen[meta.aggregate_id].push_back(event.n);
  }
  void reset() const { seen.clear(); }
  mutable std::mutex mutex;
  mutable std::map<std::string, std::vector<int>> seen;
};

// A table that fails at a number, before or after it wrote.
struct Fragile : Projector<TestEvents> {
  static constexpr std::string_view handler_name = "Table";
  explicit Fragile(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event) {
    model.add(event.n);
    if (event.n == fail_at) throw std::runtime_error{"no such luck"};
  }
  FakeReadModel& model;
  int fail_at = -1;
};

// `events` events, numbered from 1, of `aggregates` aggregates by turns.
inline void fill(EventStore& store, int events, int aggregates = 3) {
  for (int n = 1; n <= events; ++n) append(store, "a" + std::to_string(n % aggregates), counted(n));
}
inline std::vector<int> numbers(int first, int last) {
  std::vector<int> all;
  for (int n = first; n <= last; ++n) all.push_back(n);
  return all;
}
inline std::map<std::string, std::vector<int>> by_aggregate(int events, int aggregates = 3) {
  std::map<std::string, std::vector<int>> all;
  for (int n = 1; n <= events; ++n) all["a" + std::to_string(n % aggregates)].push_back(n);
  return all;
}

// Hands out pages of at most three events, whatever is asked for, as a store may.
class ShortPages final : public EventStore {
 public:
  explicit ShortPages(EventStore& store) : store_{store} {}
  AppendResult append(const AppendRequest& request) override { return store_.append(request); }
  EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override {
    return store_.read_stream(aggregate_id, from, std::min<std::size_t>(max, 3));
  }
  EventPage read_all(Position after, std::size_t max) override {
    return store_.read_all(after, std::min<std::size_t>(max, 3));
  }
  Position head() override { return store_.head(); }
  std::optional<Appended> find_append(std::string_view aggregate_id, std::string_view key) override {
    return store_.find_append(aggregate_id, key);
  }

 private:
  EventStore& store_;
};

// What no scan promises not to do: segments by aggregate, events of a segment shuffled, some twice, without positions.
class ShuffledScan final : public EventScan {
 public:
  ShuffledScan(EventStore& store, unsigned seed, std::size_t page = 7) : store_{store}, seed_{seed}, page_{page} {}
  ScanPage scan(const ScanPlace& where) override {
    const std::scoped_lock lock{mutex_};
    if (!begun_) begin();
    return page_at(where);
  }

 private:
  // What is stored when the scan begins.
  void begin() {
    begun_ = true;
    std::mt19937 random{seed_};
    std::vector<EventCopy> all;
    for (bool end = false; !end;) {
      const EventPage page_read = store_.read_all(all.empty() ? Position::start() : last_, 100);
      for (const RecordedEvent& event : page_read) {
        last_ = event.position;
        EventCopy copy{event};
        copy.position = Position::start();
        all.push_back(copy);
        if (random() % 5 == 0) all.push_back(std::move(copy));
      }
      end = page_read.at_end();
    }
    std::shuffle(all.begin(), all.end(), random);
    for (EventCopy& each : all) segments_[std::hash<std::string>{}(each.aggregate_id) % 2].push_back(std::move(each));
  }
  ScanPage page_at(const ScanPlace& where) {
    std::vector<EventCopy> none;
    const std::vector<EventCopy>& all =
        where.segment < 2 && where.segments > 1 ? segments_[static_cast<std::size_t>(where.segment)] : none;
    const std::size_t first = where.after.empty() ? 0 : std::stoul(where.after);
    ScanPage page;
    std::size_t next = first;
    for (; next < all.size() && next < first + page_; ++next) page.events.add(all[next].view());
    page.events.set_at_end(next == all.size());
    if (next < all.size()) page.next = std::to_string(next);
    return page;
  }

  EventStore& store_;
  const unsigned seed_;
  const std::size_t page_;
  bool begun_ = false;
  Position last_;
  std::mutex mutex_;
  std::vector<EventCopy> segments_[2];
};

// A broker's topic of two partitions, by aggregate, that may hold an event twice.
class Topic final : public EventFeed {
 public:
  void publish(const RecordedEvent& event) {
    const std::scoped_lock lock{mutex_};
    const std::size_t partition = std::hash<std::string_view>{}(event.aggregate_id) % 2;
    EventCopy& copy = records_[partition].emplace_back(event);
    copy.partition = static_cast<std::int32_t>(partition);
    copy.position = Position{static_cast<std::int64_t>(records_[partition].size())};
    changed_.notify_all();
  }
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions&) override {
    return std::make_unique<Reader>(*this);
  }
  std::int32_t partitions() const noexcept override { return 2; }
  bool may_repeat() const noexcept override { return true; }
  Position head(std::int32_t partition) override {
    const std::scoped_lock lock{mutex_};
    return Position{static_cast<std::int64_t>(records_[static_cast<std::size_t>(partition)].size())};
  }
  Position checkpoint(std::string_view) override { return Position::start(); }
  std::vector<Progress> progress(std::string_view) override {
    std::vector<Progress> all;
    for (std::int32_t partition = 0; partition < 2; ++partition)
      all.push_back({{}, trimmed_[partition], head(partition)});
    return all;
  }
  // All events of the partition so far are gone. Before there are readers.
  void trim(std::int32_t partition) { trimmed_[partition] = head(partition); }

 private:
  class Reader final : public Subscription {
   public:
    explicit Reader(Topic& topic) : topic_{topic} {}
    Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override {
      Taken taken;
      if (!std::exchange(assigned_, true)) {
        taken.assigned = {{0, 1, Position::start()}, {1, 1, Position::start()}};
        return taken;
      }
      std::unique_lock lock{topic_.mutex_};
      const auto more = [&] {
        return woken_ || next(0) < topic_.records_[0].size() || next(1) < topic_.records_[1].size();
      };
      system_clock().wait_until(lock, topic_.changed_, stop, deadline, more);
      woken_ = false;
      for (std::size_t partition = 0; partition < 2; ++partition) {
        next_[partition] = next(partition);
        while (taken.events.size() < max && next_[partition] < topic_.records_[partition].size())
          taken.events.add(topic_.records_[partition][next_[partition]++].view());
      }
      return taken;
    }
    void wake() noexcept override {
      const std::scoped_lock lock{topic_.mutex_};
      woken_ = true;
      topic_.changed_.notify_all();
    }
    void seek(std::int32_t partition, std::int64_t, Position done) override {
      next_[partition] = static_cast<std::size_t>(done.value());
    }
    void hold(std::int32_t, std::int64_t, bool) override {}
    bool checkpoint(std::int32_t, std::int64_t, Position) override { return true; }
    void release(std::int32_t, std::int64_t) override {}

   private:
    [[nodiscard]] std::size_t next(std::size_t partition) const {
      return std::max(next_[partition], static_cast<std::size_t>(topic_.trimmed_[partition].value()));
    }
    Topic& topic_;
    bool assigned_ = false;
    bool woken_ = false;
    std::size_t next_[2]{};
  };

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<EventCopy> records_[2];
  Position trimmed_[2];
};

}  // namespace leftfold::runtime_test
