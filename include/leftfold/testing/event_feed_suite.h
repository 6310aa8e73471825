// SPDX-License-Identifier: Apache-2.0
// The promises of EventFeed and Subscription as tests: run them for every implementation.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// A feed, and the store whose events it carries.
struct FeedHandle {
  std::shared_ptr<EventFeed> feed;
  std::shared_ptr<EventStore> store;
};

/// Opens the feed and the store at one place. Every call opens them anew, as another process would; a feed that
/// cannot be opened twice may return the same one. The place lasts as long as the function.
using OpenEventFeed = std::function<FeedHandle()>;

/// Makes a fresh, empty place whose feed uses this clock. The clock outlives the place.
using MakeEventFeed = std::function<OpenEventFeed(Clock&)>;

/// What a feed may do otherwise than one that is its store.
struct FeedTraits {
  /// False: a group shares the partition out, so that it may change hands when somebody else comes. Its implementation
  /// has tests of its own for who has it.
  bool keeps_owner = true;
  /// How long after an append its events may still come, in real time. Zero: they are there when append() returns.
  std::chrono::milliseconds settles{0};
};

/// One case a promise of event_feed.h, for a feed with one partition, number 0, in the order of the store.
/// Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> event_feed_suite(MakeEventFeed make, FeedTraits traits = {});

}  // namespace leftfold::inline v0::testing
