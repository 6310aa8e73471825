// SPDX-License-Identifier: Apache-2.0
// Asks a store's stream for its shards, beside the thread that keeps leases.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>

#include "runtime/publisher/lease_name.h"

namespace leftfold::inline v0::runtime {

/// What a stream said to one question. Plain value.
struct ShardAnswer {
  std::optional<ShardName> parent;  ///< whose children were asked for; none: all shards were
  ShardList list;                   ///< what there is; of children only their shards count
  std::exception_ptr failure;       ///< not null: what the stream threw instead
};

/// Asks now, and waits for the answer as long as the stream takes. Throws nothing.
[[nodiscard]] ShardAnswer ask_now(ChangeStream& changes, const std::optional<ShardName>& parent) noexcept;

/// A listing may take long, and leases must be renewed meanwhile: who asks gets the answer later. One thread at a time.
class ShardSearch {
 public:
  ShardSearch() = default;
  virtual ~ShardSearch() = default;
  ShardSearch(const ShardSearch&) = delete;
  ShardSearch& operator=(const ShardSearch&) = delete;

  /// Asks for the children of a shard, or for all shards. Does not wait for the answer.
  virtual void ask(std::optional<ShardName> parent) = 0;
  /// Answers since the last call, in the order of the questions.
  [[nodiscard]] virtual std::vector<ShardAnswer> take_answers() = 0;
};

/// Asks on a thread of its own, one question after the other. The stream and the clock must outlive it. The destructor
/// waits for a question that is on its way, and forgets the others.
class ShardSearchThread final : public ShardSearch {
 public:
  /// `answered` is called on its thread after each answer.
  ShardSearchThread(ChangeStream& changes, Clock& clock, std::function<void()> answered);

  void ask(std::optional<ShardName> parent) override;
  [[nodiscard]] std::vector<ShardAnswer> take_answers() override;

 private:
  void run(const std::stop_token& stop);

  ChangeStream& changes_;
  Clock& clock_;
  const std::function<void()> answered_;
  std::mutex mutex_;  // of what follows
  std::condition_variable_any asked_;
  std::deque<std::optional<ShardName>> questions_;
  std::vector<ShardAnswer> answers_;
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::runtime
