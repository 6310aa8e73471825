// SPDX-License-Identifier: Apache-2.0
// Whether two stores hold the same events, aggregate by aggregate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/migration/event_hash.h"
#include "runtime/migration/store_walk.h"

namespace leftfold::inline v0::runtime {

/// What the two stores have of one aggregate. Plain value.
struct AggregateComparison {
  std::string aggregate_id;
  std::uint64_t source_events = 0;
  std::uint64_t target_events = 0;
  base::Sha256Digest source_hash{};
  base::Sha256Digest target_hash{};
  std::string difference;  ///< for people: "version 3: its payload differs"; empty when there is none
};

/// Reads both stores, event by event, and hashes what they hold. Memory holds a page of each. One thread at a time.
class StoreComparison {
 public:
  static constexpr std::size_t kDifferencesKept = 20;
  using OnAggregate = std::function<void(const AggregateComparison& aggregate)>;

  /// `source` and `target` must outlive it.
  StoreComparison(StoreWalk& source, ReadStore target) : source_{source}, target_{target} {}
  /// Is told of every aggregate that was compared.
  void on_each(OnAggregate each) { each_ = std::move(each); }

  /// Compares every aggregate of the source. Returns false when a stop was requested before the end. Throws as the
  /// stores.
  bool of_source();
  /// Finds the aggregates that the target alone has: each is a difference. As of_source().
  bool of_target_alone(StoreWalk& target);

  [[nodiscard]] std::uint64_t aggregates() const noexcept { return aggregates_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }  ///< of the source
  [[nodiscard]] std::uint64_t different() const noexcept { return different_; }
  [[nodiscard]] const std::vector<AggregateComparison>& first_differences() const noexcept { return first_; }
  /// One hash of all that the source, or the target, holds of the aggregates that were compared, in whatever order.
  [[nodiscard]] std::string source_hash() const { return base::to_hex(source_sum_.sum); }
  [[nodiscard]] std::string target_hash() const { return base::to_hex(target_sum_.sum); }

 private:
  [[nodiscard]] bool compare(AggregateComparison& aggregate) const;
  void count(AggregateComparison aggregate);

  StoreWalk& source_;
  ReadStore target_;
  OnAggregate each_;
  HashSum source_sum_;
  HashSum target_sum_;
  std::uint64_t aggregates_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t different_ = 0;
  std::vector<AggregateComparison> first_;
};

}  // namespace leftfold::inline v0::runtime
