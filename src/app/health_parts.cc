// SPDX-License-Identifier: Apache-2.0
#include "app/health_parts.h"

#include <cstdint>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {
namespace {

// No program's aggregate is called so, and a store that answers "nothing there" answers.
constexpr std::string_view kNoAggregate = "$leftfold.health";

std::int64_t head_of(EventStore& store) {
  try {
    return store.head().value();
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported) throw;
    return 0;  // DynamoDB has no order of all events
  }
}

}  // namespace

void add_store_check(Health& health, EventStore& store) {
  health.add("store", HealthScope::ready, [&store]() -> HealthAnswer {
    (void)store.read_stream(kNoAggregate, Version::none(), 1);
    return {};
  });
}

void add_broker_check(Health& health, EventFeed& feed) {
  health.add("broker", HealthScope::ready, [&feed]() -> HealthAnswer {
    (void)feed.head(0);
    return {};
  });
}

std::function<HeadCounts()> head_counts(EventStore& store, EventFeed& feed, bool feed_is_store,
                                        std::vector<const Counter*> appended) {
  return [&store, &feed, feed_is_store, appended = std::move(appended)] {
    HeadCounts counts;
    for (std::int32_t i = 0; i < feed.partitions(); ++i) counts.delivered += feed.head(i).value();
    for (const Counter* counter : appended) counts.stored += static_cast<std::int64_t>(counter->value());
    if (!feed_is_store) counts.stored += head_of(store);
    return counts;
  };
}

}  // namespace leftfold::inline v0::app
