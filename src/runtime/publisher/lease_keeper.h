// SPDX-License-Identifier: Apache-2.0
// The thread that keeps a worker's leases while others publish.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/publisher.h>

#include "runtime/publisher/hold.h"
#include "runtime/publisher/lease_rounds.h"
#include "runtime/publisher/shard_search.h"

namespace leftfold::inline v0::runtime {

/// LeaseRounds on a thread of its own: a broker that makes publishing wait must not make leases expire, nor must a
/// stream whose listings take long, for which there is another.
/// Any thread, but start() and release() belong to the thread of run().
class LeaseKeeper {
 public:
  /// `changed` is called on the keeper's thread when there are changes to take, or it has failed.
  LeaseKeeper(LeaseStore& leases, ChangeStream& changes, LeaseRoundsOptions options, std::function<void()> changed);
  ~LeaseKeeper();

  void start();
  /// Writes what it was told, gives all leases back and ends the thread.
  void release();

  /// From now on no lease is taken.
  void stop_taking();
  void progress(HoldProgress progress);
  void need_repair(std::string why);
  /// Holds that began or ended since the last call, in their order. Throws what does not mend itself, once.
  [[nodiscard]] std::vector<HoldChange> take_changes();
  [[nodiscard]] std::vector<PublisherPart> parts() const;
  [[nodiscard]] std::string failure() const;

 private:
  void run(const std::stop_token& stop);
  void publish_state();

  Clock& clock_;
  const std::function<void()> changed_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable_any told_;
  bool taking_ = true;
  std::vector<HoldProgress> progress_;
  std::optional<std::string> missed_;  // the newest reason
  bool answered_ = false;              // the stream did
  std::vector<HoldChange> changes_;
  std::vector<PublisherPart> parts_;
  std::string failure_;
  std::exception_ptr ended_;

  ShardSearchThread search_;
  LeaseRounds rounds_;  // the thread's
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::runtime
