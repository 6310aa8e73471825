// SPDX-License-Identifier: Apache-2.0
// The leases of one worker: lists, renews, takes, checkpoints and gives them back; finds new shards.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/lease_store.h>
#include <leftfold/log.h>
#include <leftfold/publisher.h>

#include "runtime/publisher/backoff.h"
#include "runtime/publisher/hold.h"
#include "runtime/publisher/lease_book.h"
#include "runtime/publisher/shard_discovery.h"
#include "runtime/publisher/shard_search.h"

namespace leftfold::inline v0::runtime {

struct LeaseRoundsOptions {
  std::string group;
  std::string worker;
  std::chrono::milliseconds renew_every{3'000};
  std::chrono::milliseconds expires_after{10'000};
  std::chrono::milliseconds discover_every{60'000};
  bool repairs = false;  ///< this worker takes kRepairLease too
  Clock* clock = &system_clock();
  Logger* log = &no_log();
};

/// One thread at a time; it has none of its own and waits for nothing but the leases' store. What it was given must
/// outlive it.
class LeaseRounds {
 public:
  LeaseRounds(LeaseStore& leases, ShardSearch& search, LeaseRoundsOptions options);
  LeaseRounds(const LeaseRounds&) = delete;
  LeaseRounds& operator=(const LeaseRounds&) = delete;

  /// Does what is due by now. A store that does not answer is asked again later; throws what does not mend itself.
  void tick();
  /// When tick() has something to do again.
  [[nodiscard]] Instant next() const;

  /// Checkpoints to be written with the next tick().
  void progress(const HoldProgress& progress);
  /// Notes, with the next tick() and before any checkpoint, that events were missed, so that whoever holds kRepairLease
  /// looks for them. Of several that are not noted yet the newest reason is.
  void need_repair(std::string why);

  /// From now on no lease is taken.
  void stop_taking() noexcept { taking_ = false; }

  /// Holds that began or ended since the last call.
  [[nodiscard]] std::vector<HoldChange> take_changes();
  [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }
  /// All leases of the group, this worker's with their newest checkpoints.
  [[nodiscard]] std::vector<PublisherPart> parts() const;
  /// Why the newest call failed; empty when it did not.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  /// Writes what is left and gives all leases back, once; those that cannot be written expire.
  void release();

 private:
  struct Held {
    Hold hold;
    std::string note;
    bool finished = false;
    bool unwritten = false;
    Instant written{};
  };

  void look();
  void write_repair();
  void write_held(bool renew);
  void finished(const std::string& name);
  enum class Write { stored, refused, unknown };
  Write write(Lease lease);
  void create_leases();
  void take(bool steal);
  void note_absence(const Lease& lease);
  void note_gap();
  void clean_up();
  void hold(const std::string& name);
  void lose(const std::string& name, std::string_view why);
  void failed(std::string_view what, const Error& error);

  LeaseStore& leases_;
  const LeaseRoundsOptions options_;
  LeaseBook book_;
  Backoff backoff_;
  FailureNotes notes_;
  ShardDiscovery discovery_;
  std::map<std::string, Held> held_;
  std::optional<std::string> missed_;             // why, until it is noted
  std::map<std::string, std::int64_t> absences_;  // that were told, by lease: its counter
  Timestamp gap_{};                               // that was told: since when nobody was there
  std::vector<HoldChange> changed_;
  std::int64_t last_hold_ = 0;
  Instant next_round_{};
  Instant not_before_{};  // after a failure
  bool look_again_ = true;
  bool taking_ = true;
  std::string failure_;
};

}  // namespace leftfold::inline v0::runtime
