// SPDX-License-Identifier: Apache-2.0
// How far subscriptions are, without asking the processes that run them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/event_feed.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// Of one subscription, in all partitions together; empty when nobody but the process itself knows.
struct HowFar {
  std::optional<std::int64_t> position;  ///< of a broker with several partitions the sum
  std::optional<std::int64_t> lag;       ///< events behind
};

/// Asks the store or, with broker kafka:, the brokers.
class HowFarAsker {
 public:
  /// Throws as the store does, and as App::feed().
  HowFarAsker(Context& context, const Opened& opened);

  /// `handler` is the program's own of this subscription, or null. Throws as the constructor.
  [[nodiscard]] HowFar of(const std::string& subscription, const HandlerInfo* handler) const;
  /// The same of each partition, in order; empty when nobody but the process itself knows. Throws as the constructor.
  [[nodiscard]] std::vector<Progress> partitions_of(const std::string& subscription, const HandlerInfo* handler) const;
  /// The position of the newest event; of several partitions the sum.
  [[nodiscard]] std::int64_t head() const noexcept { return head_; }

 private:
  [[nodiscard]] std::vector<Progress> in_store(const std::string& subscription) const;
  [[nodiscard]] std::vector<Progress> in_kafka(const std::string& subscription, const HandlerInfo* handler) const;

  EventFeed& broker_;
  bool kafka_;
  std::int64_t head_ = 0;
  std::map<std::string, std::optional<Position>> stored_;  // by subscription; with Kafka by projector and partition
};

}  // namespace leftfold::inline v0::cli
