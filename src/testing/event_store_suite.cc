#include <leftfold/testing/event_store_suite.h>

#include <utility>

#include "testing/event_store_cases.h"

namespace leftfold::testing {

std::vector<Case> event_store_suite(MakeEventStore make, EventStoreSuiteOptions options) {
  const auto shared_make = std::make_shared<const MakeEventStore>(std::move(make));
  std::vector<Case> cases;
  for (const auto group : {append_cases(), read_cases(), idempotency_cases(), concurrency_cases()}) {
    for (const EventStoreCase& c : group) {
      if (c.needs_read_all && !options.reads_all) continue;
      cases.push_back({c.name, [shared_make, run = c.run] {
                         EventStoreTest test{*shared_make};
                         run(test);
                       }});
    }
  }
  return cases;
}

}  // namespace leftfold::testing
