// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/store_comparison.h"

#include <utility>

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::size_t kPage = 1000;

/// The events of one aggregate, one after the other. One thread at a time.
class StreamCursor {
 public:
  StreamCursor(EventStore& store, std::string_view aggregate_id) : store_{store}, aggregate_id_{aggregate_id} {}

  /// Null at the end; valid until the next call.
  const RecordedEvent* next() {
    if (at_ == page_.size()) {
      if (ended_) return nullptr;
      const Version from = page_.empty() ? Version{0} : page_.back().version.next();
      page_ = store_.read_stream(aggregate_id_, from, kPage);
      at_ = 0;
      ended_ = page_.at_end() || page_.empty();
      if (page_.empty()) return nullptr;
    }
    return &page_[at_++];
  }

 private:
  EventStore& store_;
  const std::string_view aggregate_id_;
  EventPage page_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

std::string version_of(std::uint64_t number) { return "version " + std::to_string(number); }

}  // namespace

bool StoreComparison::of_source() {
  bool complete = true;
  const bool all = source_.aggregates([&](const std::string& aggregate_id) {
    AggregateComparison aggregate;
    aggregate.aggregate_id = aggregate_id;
    if (!compare(aggregate)) complete = false;
    else count(std::move(aggregate));
  });
  return all && complete;
}

bool StoreComparison::compare(AggregateComparison& aggregate) const {
  AggregateHash source_hash, target_hash;
  StreamCursor target{*target_.events, aggregate.aggregate_id};
  const bool complete = source_.stream(aggregate.aggregate_id, [&](const RecordedEvent& event) {
    const std::string text = canonical_event(event);
    source_hash.add(text);
    const RecordedEvent* const there = target.next();
    if (there == nullptr) return;
    const std::string text_there = canonical_event(*there);
    if (text_there != text && aggregate.difference.empty()) {
      aggregate.difference = version_of(static_cast<std::uint64_t>(event.version.value())) + ": its " +
                             std::string{difference_of(event, *there)} + " differs";
    }
    target_hash.add(text_there);
  });
  if (!complete) return false;
  while (const RecordedEvent* const there = target.next()) target_hash.add(canonical_event(*there));
  aggregate.source_events = source_hash.events();
  aggregate.target_events = target_hash.events();
  if (aggregate.difference.empty() && aggregate.source_events > aggregate.target_events) {
    aggregate.difference = "the target lacks it from " + version_of(aggregate.target_events) + " on";
  } else if (aggregate.difference.empty() && aggregate.source_events < aggregate.target_events) {
    aggregate.difference = "the target alone has it from " + version_of(aggregate.source_events) + " on";
  }
  aggregate.source_hash = source_hash.finish();
  aggregate.target_hash = target_hash.finish();
  return true;
}

bool StoreComparison::of_target_alone(StoreWalk& target) {
  bool complete = true;
  const bool all = target.aggregates([&](const std::string& aggregate_id) {
    if (!complete || source_.has(aggregate_id)) return;
    AggregateHash hash;
    complete = target.stream(aggregate_id, [&](const RecordedEvent& event) { hash.add(canonical_event(event)); });
    if (!complete) return;
    AggregateComparison aggregate;
    aggregate.aggregate_id = aggregate_id;
    aggregate.target_events = hash.events();
    aggregate.target_hash = hash.finish();
    aggregate.difference = "the target alone has it";
    count(std::move(aggregate));
  });
  return all && complete;
}

/// An aggregate's hash contains its id, in each of its events.
void StoreComparison::count(AggregateComparison aggregate) {
  ++aggregates_;
  events_ += aggregate.source_events;
  if (aggregate.source_events > 0) source_sum_.add(aggregate.source_hash);
  if (aggregate.target_events > 0) target_sum_.add(aggregate.target_hash);
  if (each_) each_(aggregate);
  if (aggregate.difference.empty()) return;
  ++different_;
  if (first_.size() < kDifferencesKept) first_.push_back(std::move(aggregate));
}

}  // namespace leftfold::inline v0::runtime
