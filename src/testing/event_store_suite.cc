// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/event_store_suite.h>

#include <utility>

#include "testing/event_store_cases.h"

namespace leftfold::inline v0::testing {

std::vector<Case> event_store_suite(MakeEventStore make, EventStoreSuiteOptions options) {
  const auto shared_make = std::make_shared<const MakeEventStore>(std::move(make));
  std::vector<Case> cases;
  for (const auto group : {append_cases(), read_cases(), idempotency_cases(), concurrency_cases()}) {
    for (const EventStoreCase& c : group) {
      if (c.runs == (options.reads_all ? EventStoreCase::Runs::when_all_cannot_be_read
                                       : EventStoreCase::Runs::when_all_can_be_read)) {
        continue;
      }
      cases.push_back({c.name, [shared_make, options, run = c.run] {
                         EventStoreTest test{*shared_make, options};
                         run(test);
                       }});
    }
  }
  return cases;
}

}  // namespace leftfold::inline v0::testing
