// SPDX-License-Identifier: Apache-2.0
// Checks of what a service needs: its store and its broker.
#pragma once

#include <functional>
#include <vector>

#include <leftfold/event_feed.h>
#include <leftfold/event_store.h>
#include <leftfold/health.h>
#include <leftfold/health_checks.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0::app {

/// Adds "store" (ready): reads the stream of an aggregate that is not there. What is given must outlive `health`, as
/// below.
void add_store_check(Health& health, EventStore& store);
/// Adds "broker" (ready): asks for the newest position.
void add_broker_check(Health& health, EventFeed& feed);

/// For add_head_check: the heads of the feed's partitions; and what this process appended, with a broker beside the
/// store also the store's head, if it has one.
[[nodiscard]] std::function<HeadCounts()> head_counts(EventStore& store, EventFeed& feed, bool feed_is_store,
                                                      std::vector<const Counter*> appended);

}  // namespace leftfold::inline v0::app
