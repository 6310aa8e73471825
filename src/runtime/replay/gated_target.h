// SPDX-License-Identifier: Apache-2.0
// A projector with a read model whose tables a replay makes anew.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/runner.h>

#include "runtime/gated_projection.h"
#include "runtime/registered_handler.h"
#include "runtime/replay/replay_target.h"

namespace leftfold::inline v0::runtime {

/// The projector as a replay handles it: without retries, breaker and metrics; for OnReplayError::park with letters.
[[nodiscard]] std::unique_ptr<detail::RegisteredHandler> handler_of(const detail::HandlerEntry& entry,
                                                                    const std::string& name,
                                                                    const ReplayOptions& options,
                                                                    detail::HandledSignal& signal);

/// Handles every event by GatedProjection, as the Runner does, so that its tables, its checkpoint and its rows are what
/// a Runner goes on with, and a Runner on the same projector may handle beside it.
class GatedTarget final : public ReplayTarget {
 public:
  /// `begins_at`: of a broker, the checkpoint of each partition to begin with; empty: one partition, from the start.
  GatedTarget(const TargetContext& context, const detail::HandlerEntry& entry, ReadModel& model, ProjectorTally& tally,
              std::vector<Position> begins_at);

  /// Leaves alone what comes after this position, from now on.
  void end_at(std::optional<Position> last) { last_ = last; }

  void begin() override;
  [[nodiscard]] Position done() const override;
  [[nodiscard]] std::vector<ScanMark> marks() const override { return marks_; }
  void handle(const ReplayPage& page, const std::stop_token& halt) override;
  void finish() override;

  /// Of a partition of the source.
  [[nodiscard]] Position done(std::int32_t partition) const;

 private:
  enum class Move { back, anywhere };

  void begin_anew();
  void set_partitions(Move move);
  void deliver(std::int32_t partition, detail::Deliveries todo, const std::stop_token& halt);
  [[nodiscard]] bool is_follower(const RecordedEvent& event) const;
  void park_followers(detail::Deliveries& todo);
  void settle(detail::Delivery& delivery, const std::exception_ptr& thrown, const std::stop_token& halt);
  void park(detail::Delivery& delivery, const std::stop_token& halt);
  void read_back(detail::Deliveries& todo, Version reached);
  void count(std::span<const detail::Delivery> finished);
  void note(const ScanMark& mark, const std::stop_token& halt);
  [[nodiscard]] bool is_scan() const { return context_.by_version && context_.store != nullptr; }

  const TargetContext& context_;
  ProjectorTally& tally_;
  detail::HandledSignal signal_;
  const std::unique_ptr<detail::RegisteredHandler> handler_;
  detail::GatedProjection projection_;
  const std::vector<Position> begins_at_;
  std::map<std::int32_t, detail::GatedProjection::Place> places_;
  std::map<std::string, Version, std::less<>> parked_;  // by aggregate: the last version before the first letter
  std::optional<Position> last_;
  std::vector<ScanMark> marks_;
  std::map<int, ScanMark> unwritten_;
  Instant next_note_{};
};

}  // namespace leftfold::inline v0::runtime
