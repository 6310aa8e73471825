// SPDX-License-Identifier: Apache-2.0
// Whatever happens to snapshots: a load that uses them gives what folding every event gives.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <unordered_map>

#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/snapshots.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/core/snapshot_support.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using test_core::HookedSnapshotStore;
using testing::VirtualClock;

enum class Mood { calm, busy };
struct Written {
  std::string key;
  std::int64_t number = 0;
  double ratio = 0;
};
struct Erased {
  std::string key;
};
struct Turned {
  std::optional<Mood> mood;
  Timestamp at{};
};
struct LedgerState {
  struct Entry {
    std::int64_t number = 0;
    std::vector<double> ratios;
  };
  std::map<std::string, Entry> entries;
  std::variant<std::monostate, Written, Turned> last;
  std::optional<Mood> mood;
  std::uint64_t mixed = 1;  // depends on the order of all events
  void apply(const Written& e) {
    std::int64_t& number = entries[e.key].number;
    number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) + static_cast<std::uint64_t>(e.number));
    entries[e.key].ratios.push_back(e.ratio);
    last = e;
    mixed = mixed * 31 + static_cast<std::uint64_t>(e.number);
  }
  void apply(const Erased& e) {
    entries.erase(e.key);
    last = std::monostate{};
    mixed = mixed * 37 + entries.size();
  }
  void apply(const Turned& e) {
    mood = e.mood;
    last = e;
    mixed = mixed * 41 + (e.mood ? 1 : 2);
  }
};
class Ledger : public AggregateRoot<LedgerState, Events<Written, Erased, Turned>> {
 public:
  using AggregateRoot::AggregateRoot;
  void happen(std::mt19937_64& random, Timestamp now) {
    const std::string key = "key/\"" + std::to_string(random() % 4);
    switch (random() % 4) {
      case 0: return create_event(Erased{key});
      case 1: return create_event(Turned{random() % 2 == 0 ? std::nullopt : std::optional{Mood::busy}, now});
      default:
        return create_event(Written{key, static_cast<std::int64_t>(random()), static_cast<double>(random()) / 7e10});
    }
  }
};

/// One run: commands, loads, crashes, restored backups and a store of snapshots that lies and fails.
class World {
 public:
  explicit World(std::uint64_t seed) : random_{seed} { open(); }

  void step() {
    clock_.advance(std::chrono::milliseconds{one_in(20) ? 6000 : random_() % 50});
    switch (random_() % 16) {
      case 0: return open();
      case 1: return break_store();
      case 2: return tamper();
      case 3: return restore_backup();
      case 4: return compare_the_past();
      case 5: (void)snapshots_->flush({}, clock_.instant()); return;
      case 6: ASSERT_TRUE(heal() && snapshots_->flush()); return;
      case 7:
      case 8: return compare_now(id());
      default: return command();
    }
  }

  void end() {
    heal();
    for (int i = 0; i < kAggregates; ++i) {
      const std::string name = "ledger-" + std::to_string(i);
      compare_now(name);
    }
  }

  int used() { return test_core::loads(metrics_, "used", "Ledger"); }
  int stale() { return test_core::loads(metrics_, "stale", "Ledger"); }
  int corrupt() { return test_core::loads(metrics_, "corrupt", "Ledger"); }

 private:
  static constexpr int kAggregates = 3;

  bool one_in(std::uint64_t n) { return random_() % n == 0; }
  std::string id() { return "ledger-" + std::to_string(random_() % kAggregates); }
  Repository<Ledger> plain() { return Repository<Ledger>{*store_, {.clock = &clock_}}; }
  Repository<Ledger> repository() {
    return Repository<Ledger>{
        *store_,
        {.max_back_off = 0ms,
         .page_events = 1 + random_() % 9,
         .clock = &clock_,
         .snapshots = &*snapshots_,
         .snapshot_policy = {
             .every = random_() % 6, .older_than = one_in(3) ? 100ms : 0ms, .at_most_every = one_in(3) ? 20ms : 0ms}}};
  }
  static void compare(const Ledger& with, const Ledger& without) {
    ASSERT_EQ(with.version(), without.version());
    ASSERT_EQ(to_json(with.state()), to_json(without.state()));
  }

  void compare_now(const std::string& name) { compare(repository().load(name), plain().load(name)); }

  void command() {
    const auto happen = [this](Ledger& ledger) {
      for (std::uint64_t i = random_() % 4; i > 0; --i) ledger.happen(random_, clock_.now());
    };
    if (one_in(4)) {
      Ledger ledger = repository().load(id());
      for (int i = 0; i < 3; ++i) {
        happen(ledger);
        (void)repository().save(ledger);
      }
      return compare(ledger, plain().load(ledger.id()));
    }
    repository().execute(id(), happen);
  }

  void compare_the_past() {
    const std::string name = id();
    const Version version{static_cast<std::int64_t>(random_() % 60) - 1};
    compare(repository().load_at(name, version), plain().load_at(name, version));
    const Timestamp time = clock_.now() - std::chrono::milliseconds{random_() % 2000};
    compare(repository().load_at(name, time), plain().load_at(name, time));
  }

  void open() {
    if (snapshots_) snapshots_.reset();
    snapshots_.emplace(kept_,
                       SnapshotsOptions{.most_waiting = 1 + random_() % 3, .clock = &clock_, .metrics = &metrics_});
  }

  void break_store() {
    snapshots_.reset();
    constexpr Errc kCodes[] = {Errc::unavailable, Errc::corrupt, Errc::invalid_argument, Errc::in_doubt};
    if (one_in(2)) kept_.fail_load = kCodes[random_() % 4];
    if (one_in(2)) kept_.fail_save = kCodes[random_() % 4];
    open();
  }
  bool heal() {
    snapshots_.reset();
    kept_.fail_load.reset();
    kept_.fail_save.reset();
    open();
    return true;
  }

  void tamper() {
    auto found = kept_.inner.load(id(), snapshot_schema<Ledger>());
    if (!found) return;
    kept_.inner.remove(found->aggregate_id, found->schema);
    if (one_in(2)) {
      found->state[random_() % found->state.size()] ^= static_cast<char>(1 + random_() % 127);
    } else {
      found->state.resize(random_() % found->state.size());
    }
    kept_.inner.save(*found);
  }

  /// All aggregates as they were some events ago; the snapshots stay.
  void restore_backup() {
    if (!one_in(3)) return;
    (void)snapshots_->flush({}, clock_.instant());
    auto restored = std::make_unique<MemoryStore>(clock_);
    for (int i = 0; i < kAggregates; ++i) {
      const std::string name = "ledger-" + std::to_string(i);
      const EventPage page = store_->read_stream(name, Version::none(), 10'000);
      AppendRequest request{name, Version::none(), {}, {}};
      const std::size_t lost = random_() % 5;
      for (std::size_t e = 0; e + lost < page.size(); ++e) {
        request.events.push_back({page[e].id, std::string{page[e].type}, std::string{page[e].payload}, {}, 1});
      }
      if (!request.events.empty()) (void)restored->append(request);
    }
    snapshots_.reset();
    store_ = std::move(restored);
    open();
  }

  std::mt19937_64 random_;
  VirtualClock clock_;
  Metrics metrics_;
  std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>(clock_);
  HookedSnapshotStore kept_;
  std::optional<Snapshots> snapshots_;
};

TEST(SnapshotRandom, ALoadWithSnapshotsIsTheFoldOfAllEvents) {
  int used = 0, stale = 0, corrupt = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    World run{seed};
    for (int i = 0; i < 150 && !::testing::Test::HasFatalFailure(); ++i) run.step();
    run.end();
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
    used += run.used();
    stale += run.stale();
    corrupt += run.corrupt();
  }
  // The runs came where they were to come.
  EXPECT_GT(used, 1000);
  EXPECT_GT(stale, 100);
  EXPECT_GT(corrupt, 100);
}

}  // namespace
}  // namespace leftfold
