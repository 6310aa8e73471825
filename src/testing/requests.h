// SPDX-License-Identifier: Apache-2.0
// Short ways for the suites to write to a store and to read it.
#pragma once

#include <cstddef>
#include <functional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/event_store.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/expect.h>

namespace leftfold::inline v0::testing {

/// A new event of type "Happened" whose payload holds `n`.
[[nodiscard]] NewEvent new_event(int n = 0);

/// A request for `count` events, numbered from `first`.
[[nodiscard]] AppendRequest new_request(std::string_view aggregate_id, Version expected, std::size_t count = 1,
                                        int first = 0);

/// Appends and returns the result; throws ExpectationFailed on a conflict.
Appended must_append(EventStore& store, const AppendRequest& request,
                     std::source_location where = std::source_location::current());

/// Appends `count` events behind whatever the aggregate has, without a race with others.
Appended must_append(EventStore& store, std::string_view aggregate_id, std::size_t count = 1,
                     std::source_location where = std::source_location::current());

/// Appends and returns the actual version; throws ExpectationFailed when it is no conflict.
Version must_conflict(EventStore& store, const AppendRequest& request,
                      std::source_location where = std::source_location::current());

/// Every event of one aggregate, or of the store, read in pages of `page`.
[[nodiscard]] std::vector<EventCopy> read_whole_stream(EventStore& store, std::string_view aggregate_id,
                                                       std::size_t page = 100);
[[nodiscard]] std::vector<EventCopy> read_whole_store(EventStore& store, std::size_t page = 100);

/// Throws ExpectationFailed unless `event` is what `request` asked for at place `i`, as stored by `result`.
void expect_stored(const RecordedEvent& event, const AppendRequest& request, std::size_t i, const Appended& result,
                   std::source_location where = std::source_location::current(),
                   const EventStoreSuiteOptions& options = {});

/// Runs `work(i)` on `count` threads and waits for all; rethrows the first exception.
void on_threads(int count, const std::function<void(int)>& work);

}  // namespace leftfold::inline v0::testing
