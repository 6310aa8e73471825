// SPDX-License-Identifier: Apache-2.0
// One publisher of a simulation, from its start to its end.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "runtime/resequencer.h"
#include "unit/runtime/publishing_world.h"

namespace leftfold::runtime_test {

/// What becomes of events on the way when one of them fails.
enum class SinkKind {
  gapless,  ///< a prefix of each partition is there, and no later one
  skips,    ///< those after it are there too: what a publisher must not use
};

/// Waits by letting the world go on.
class SimulatedSink final : public EventSink {
 public:
  SimulatedSink(PublishingWorld& world, SinkKind kind, std::stop_source& stop)
      : world_{world},
        kind_{kind},
        stop_{stop},
        session_{*world.sessions.emplace_back(std::make_unique<BrokerSession>(PublishingWorld::kPartitions))},
        room_{1 + world.chance.below(20)} {}
  // What is on the way may still arrive.
  ~SimulatedSink() override { session_.orphaned = true; }
  SimulatedSink(const SimulatedSink&) = delete;
  SimulatedSink& operator=(const SimulatedSink&) = delete;

  std::uint64_t send(const RecordedEvent& event) override;
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override {}
  std::size_t on_the_way() const override { return on_the_way_; }
  /// A part arrives, and is told of or not.
  std::vector<SinkReceipt> close(Instant) override {
    fail();
    session_.due.clear();  // nobody looks at them
    return {};
  }

 private:
  void fail();

  PublishingWorld& world_;
  const SinkKind kind_;
  std::stop_source& stop_;
  BrokerSession& session_;
  const std::size_t room_;
  std::size_t on_the_way_ = 0;
  std::uint64_t tickets_ = 0;
};

/// Has shards, whose records it takes into its Resequencer; it goes on when it has lost them and does not know.
/// One thread. The world must outlive it.
class SimulatedPublisher {
 public:
  SimulatedPublisher(PublishingWorld& world, int number, SinkKind kind) : world_{world}, number_{number}, kind_{kind} {}

  /// Does one thing.
  void step();
  /// Takes all that is left of its shards, and every event of the store, until nothing moves.
  void finish();
  [[nodiscard]] std::vector<BlockedAggregate> blocked() const { return resequencer_->blocked(); }
  /// Ends it, wherever it is.
  void crash() noexcept;

 private:
  struct Reading {
    runtime::ChangeLane* lane = nullptr;
    std::size_t began = 0;  // records before it
    std::size_t read = 0;
  };
  void begin();
  void finish_all();
  void act();
  void failed();
  void take(std::size_t shard);
  void take_wake_up(Reading& reading, const StreamRecord& record, const std::string& sequence);
  void settle(std::chrono::milliseconds longest);
  void store();
  void notice();
  void check_lanes();
  void reconcile(runtime::ChangeLane& lane);
  [[nodiscard]] std::size_t done(const Reading& reading) const;
  [[nodiscard]] ChangePage page_of(std::span<const StreamRecord> records, std::size_t first) const;
  [[nodiscard]] std::stop_token token() {
    if (stop_.stop_requested()) stop_ = {};
    if (!world_.calm && world_.chance.one_in(30)) stop_.request_stop();
    return stop_.get_token();
  }
  static std::string sequence(std::size_t record) {
    const std::string digits = std::to_string(record);
    return std::string(10 - digits.size(), '0') + digits;
  }

  PublishingWorld& world_;
  const int number_;
  const SinkKind kind_;
  SimulatedEvents events_{world_};
  SimulatedCursors cursors_{world_};
  std::stop_source stop_;
  std::unique_ptr<SimulatedSink> sink_;
  std::unique_ptr<runtime::Resequencer> resequencer_;
  std::map<std::size_t, Reading> readings_;    // by shard
  std::map<std::size_t, std::size_t> places_;  // of a shard, when it failed and was not crashed
};

}  // namespace leftfold::runtime_test
