// SPDX-License-Identifier: Apache-2.0
// A world of one projector with a read model, in which only one thing happens at a time: processes that handle, pause
// with stale knowledge and crash; a store of dead letters that re-drives; handlers that fail. A seed decides all of it.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "fake_read_model.h"
#include "resilience/redrive.h"
#include "runtime/projector_loop.h"
#include "support.h"

namespace leftfold::runtime_test {

struct Crash : Error {
  Crash() : Error{Errc::internal, "crash"} {}
};

class ProjectorWorld {
 public:
  static constexpr int kAggregates = 6;
  enum class Mood { good, transient, unavailable, poison };

  // With `repeats`, the feed brings events again, and some before the one they follow.
  explicit ProjectorWorld(unsigned seed, bool repeats = false)
      : random_{seed}, partitions_{1 + static_cast<int>(seed % 2)}, repeats_{repeats} {
    model.before_begin = [this] {
      disturb();
      if (chance(60)) throw Crash{};  // with a letter stored that the read model does not know of, perhaps
    };
    model.after_commit = [this] {
      if (chance(40)) throw Crash{};
    };
  }

  // A new event of an aggregate.
  void append(int aggregate, bool wanted = true) {
    std::vector<Stored>& log = events_[aggregate % partitions_];
    const Stored event = decide(aggregate, wanted);
    if (repeats_ && chance(5)) log.push_back(decide(aggregate, roll(6) != 0));
    log.push_back(event);
    if (repeats_ && chance(4)) {
      const Stored again = log[static_cast<std::size_t>(roll(static_cast<int>(log.size())))];
      log.push_back(again);
    }
  }
  // From now on nothing goes wrong.
  void calm_down() { calm_ = true; }

  // One process from its start until it has nothing to do or crashes. Returns whether it had nothing to do.
  bool run(int most_takes = 5000);
  // Re-drives every parked sequence; false when one failed.
  bool redrive_all();
  // What is wrong; empty when every event is in the table once and in order.
  [[nodiscard]] std::string wrong() const;
  [[nodiscard]] std::size_t rows() const { return model.handled_rows("P"); }
  [[nodiscard]] int crashes() const { return crashes_; }
  [[nodiscard]] int parked() const { return parked_; }
  int roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  testing::VirtualClock clock;
  FakeReadModel model;
  MemoryDeadLetterStore letters{clock};

 private:
  struct Stored {
    int aggregate = 0;
    int version = 0;
    bool wanted = true;
    Mood mood = Mood::good;
    int failures = 0;
  };
  // The next event of an aggregate; what becomes of its first calls is decided with it.
  Stored decide(int aggregate, bool wanted) {
    Stored event;
    event.aggregate = aggregate;
    event.version = versions_[aggregate]++;
    event.wanted = wanted;
    const int dice = roll(20);
    if (dice < 3) event.mood = Mood::transient;
    if (dice == 3) event.mood = Mood::unavailable;
    if (dice == 4) event.mood = Mood::poison;
    event.failures = 1 + roll(4);
    return event;
  }
  struct Table : Projector<TestEvents> {
    explicit Table(ProjectorWorld& w) : world{w} {}
    FakeReadModel& read_model() { return world.model; }
    void reset() { world.model.clear(); }
    void on(const Counted& event) { world.handle(event.n); }
    ProjectorWorld& world;
  };
  class Feed;
  class Process;

  [[nodiscard]] bool chance(int one_in) { return !calm_ && roll(one_in) == 0; }
  void handle(int n);
  void disturb();
  [[nodiscard]] bool redrive(const std::string& aggregate);

  std::mt19937 random_;
  const int partitions_;
  const bool repeats_;
  std::map<int, std::vector<Stored>> events_;  // by partition; the event at position p is [p - 1]
  std::map<int, int> versions_;
  std::map<int, int> calls_;  // by number
  int all_calls_ = 0;
  std::int64_t epoch_ = 0;
  int depth_ = 0;  // processes inside of each other: the outer ones pause
  int crashes_ = 0;
  int parked_ = 0;
  bool calm_ = false;
};

// One process's part: its memory ends with it.
class ProjectorWorld::Process {
 public:
  explicit Process(ProjectorWorld& world) : table_{world} {
    handler.entry.handler = &table_;
    handler.entry.table = HandlerTable::of(table_);
    handler.entry.is_projector = true;
    handler.entry.read_model = &world.model;
    handler.entry.reset = [](void* table) { static_cast<Table*>(table)->reset(); };
    FailureOptions& failures = handler.entry.options.failures;
    failures.retry.max_attempts = 3;
    failures.retry.base = std::chrono::milliseconds{20};
    failures.max_waiting = 3;
    failures.gap_timeout = std::chrono::milliseconds{100};
    failures.breaker.min_calls = 6;
    failures.breaker.min_distinct = 2;
    handler.name = "P";
    handler.subscription = "g.P";
    handler.signal = &signal_;
    handler.metrics = std::make_unique<detail::HandlerMetrics>(no_metrics(), "P", "projector", handler.entry.table);
    handler.failures = std::make_unique<detail::FailureHandling>(
        handler.subscription, failures,
        detail::FailureHandling::Surroundings{&world.clock, &no_log(), handler.metrics.get(), &world.letters, "node"});
  }
  detail::RegisteredHandler handler;

 private:
  Table table_;
  detail::HandledSignal signal_;
};

class ProjectorWorld::Feed final : public EventFeed {
 public:
  Feed(ProjectorWorld& world, detail::SubscriptionRun& run, int most_takes)
      : world_{world}, run_{run}, left_{most_takes}, enough_quiet_{most_takes < 1000 ? 20 : 360} {}
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions&) override {
    return std::make_unique<Reader>(*this);
  }
  Position head(std::int32_t partition) override {
    return Position{static_cast<std::int64_t>(world_.events_[partition].size())};
  }
  Position checkpoint(std::string_view) override { return {}; }
  [[nodiscard]] bool may_repeat() const noexcept override { return world_.repeats_; }
  [[nodiscard]] bool settled() const { return settled_; }

 private:
  class Reader final : public Subscription {
   public:
    explicit Reader(Feed& feed) : feed_{feed} {}
    Taken take(std::size_t max, const std::stop_token&, Instant deadline) override;
    void wake() noexcept override {}
    void seek(std::int32_t partition, std::int64_t, Position done) override { next_[partition] = done.value(); }
    void hold(std::int32_t partition, std::int64_t, bool on) override { held_[partition] = on; }
    bool checkpoint(std::int32_t, std::int64_t, Position) override { return true; }
    void release(std::int32_t partition, std::int64_t) override {
      next_.erase(partition);
      held_.erase(partition);
    }

   private:
    Feed& feed_;
    std::map<std::int32_t, bool> held_;
    std::map<std::int32_t, std::int64_t> next_;  // position last taken, of each partition it has
  };

  ProjectorWorld& world_;
  detail::SubscriptionRun& run_;
  int left_;
  // To the end: longer than any pause, outage of a breaker or wait for what is missing.
  const std::chrono::seconds enough_quiet_;
  bool settled_ = false;
  int calls_ = 0;  // of the handler, at the last take()
  Instant quiet_since_ = world_.clock.instant();
};

inline Taken ProjectorWorld::Feed::Reader::take(std::size_t max, const std::stop_token&, Instant deadline) {
  ProjectorWorld& world = feed_.world_;
  Taken taken;
  for (std::int32_t partition = 0; partition < world.partitions_; ++partition) {
    if (next_.contains(partition)) continue;
    next_[partition] = 0;
    taken.assigned.push_back({partition, ++world.epoch_, Position{}});
  }
  if (!taken.assigned.empty()) return taken;
  if (feed_.left_-- <= 0) {
    feed_.run_.end();
    return taken;
  }
  world.disturb();
  if (world.chance(30)) throw Crash{};
  const std::size_t most = std::min<std::size_t>(max, static_cast<std::size_t>(1 + world.roll(8)));
  bool more = false;
  for (auto& [partition, next] : next_) {
    if (held_[partition]) continue;
    const std::vector<Stored>& events = world.events_[partition];
    while (next < static_cast<std::int64_t>(events.size()) && taken.events.size() < most) {
      const Stored& stored = events[static_cast<std::size_t>(next)];
      const std::string aggregate = "a" + std::to_string(stored.aggregate);
      const std::string payload = "{\"n\":" + std::to_string(stored.aggregate * 1000 + stored.version) + "}";
      RecordedEvent event;
      event.partition = partition;
      event.position = Position{++next};
      event.version = Version{stored.version};
      event.aggregate_id = aggregate;
      event.type = stored.wanted ? "Counted" : "Ignored";
      event.payload = payload;
      event.id = Uuid::v7(world.clock.now());
      taken.events.add(event);
    }
    more = more || next < static_cast<std::int64_t>(events.size());
  }
  const Instant now = world.clock.instant();
  if (!taken.events.empty()) {
    feed_.quiet_since_ = now;
    return taken;
  }
  if (std::exchange(feed_.calls_, world.all_calls_) != world.all_calls_) feed_.quiet_since_ = now;
  if (deadline != kNever && now - feed_.quiet_since_ < feed_.enough_quiet_) {
    if (deadline > now) world.clock.advance(deadline - now);
  } else {
    feed_.settled_ = !more;  // or nothing will ever go on
    feed_.run_.end();
  }
  return taken;
}

inline bool ProjectorWorld::run(int most_takes) {
  ++depth_;
  Process process{*this};
  const auto context = std::make_shared<detail::RunContext>(clock, no_log(), std::chrono::milliseconds{0});
  const auto session = std::make_shared<detail::SubscriptionRun>(context, "g.P", OnFatal::exit);
  Feed feed{*this, *session, most_takes};
  {
    detail::ProjectorLoop loop{feed, process.handler, session, 8};
    loop.start();
    loop.join();
  }
  --depth_;
  if (session->failed()) ++crashes_;
  return feed.settled() && !session->failed();
}

// What happens elsewhere meanwhile: another process goes on, and pauses or crashes; somebody re-drives.
inline void ProjectorWorld::disturb() {
  if (depth_ > 2) return;
  if (chance(12)) clock.advance(std::chrono::milliseconds{roll(200)});
  if (chance(12)) static_cast<void>(redrive("a" + std::to_string(roll(kAggregates))));
  if (chance(25)) run(roll(12));
}

inline void ProjectorWorld::handle(int n) {
  ++all_calls_;
  const Stored* event = nullptr;
  const int aggregate = n / 1000;
  for (const Stored& stored : events_[aggregate % partitions_]) {
    if (stored.aggregate == aggregate && stored.version == n % 1000) event = &stored;
  }
  const int call = ++calls_[n];
  if (!calm_) {
    if (event->mood == Mood::poison) {
      ++parked_;
      throw Park{"poison"};
    }
    if (event->mood == Mood::transient && call <= event->failures) throw std::runtime_error{"not yet"};
    if (event->mood == Mood::unavailable && call <= event->failures) throw Unavailable{"down"};
  }
  model.add(n);
}

inline bool ProjectorWorld::redrive(const std::string& aggregate) {
  Process process{*this};
  detail::RedriveTarget target;
  target.subscription = "g.P";
  target.owner = "operator";
  target.handle = [&](const RecordedEvent& event) {
    detail::GatedProjection{process.handler, clock, repeats_}.redrive(event);
  };
  ++depth_;
  detail::RedriveResult result;
  try {
    result = detail::redrive(letters, target, aggregate, clock, {});
  } catch (const Crash&) {  // its lease lasts on
  }
  --depth_;
  return result.end == detail::RedriveResult::End::finished;
}

inline bool ProjectorWorld::redrive_all() {
  clock.advance(std::chrono::hours{1});  // leases of those that crashed
  bool all = true;
  for (const std::string& aggregate : letters.sequences("g.P")) all = redrive(aggregate) && all;
  return all;
}

inline std::string ProjectorWorld::wrong() const {
  std::map<int, int> next;
  for (const int n : model.rows()) {
    const int aggregate = n / 1000;
    int& version = next[aggregate];
    const std::vector<Stored>& events = events_.at(aggregate % partitions_);
    const auto unwanted = [&] {
      return std::any_of(events.begin(), events.end(), [&](const Stored& e) {
        return e.aggregate == aggregate && e.version == version && !e.wanted;
      });
    };
    while (unwanted()) ++version;
    if (n % 1000 != version) {
      return "aggregate " + std::to_string(aggregate) + ": version " + std::to_string(n % 1000) + " where " +
             std::to_string(version) + " was to come";
    }
    ++version;
  }
  for (const auto& [aggregate, versions] : versions_) {
    int last = 0;
    for (const Stored& event : events_.at(aggregate % partitions_)) {
      if (event.aggregate == aggregate && event.wanted) last = std::max(last, event.version + 1);
    }
    const auto at = next.find(aggregate);
    if ((at == next.end() ? 0 : at->second) < last) {
      return "aggregate " + std::to_string(aggregate) + ": ends before version " + std::to_string(last - 1);
    }
  }
  return "";
}

}  // namespace leftfold::runtime_test
