// SPDX-License-Identifier: Apache-2.0
#include "stub_thing.h"

#include <leftfold/testing/given.h>

#include "run_tests.h"

using leftfold::testing::given;

int main() {
  return run_tests({
      {"it is created",
       [] {
         given<StubThing>()
             .when([](StubThing& it) { it.create(StubThingCreated{}); })
             .then(StubThingCreated{})
             .then_state([](const auto& state) { return state.created; });
       }},
      {"it is created once",
       [] {
         given<StubThing>(StubThingCreated{})
             .when([](StubThing& it) { it.create(StubThingCreated{}); })
             .then_throws<leftfold::Error>("is there already");
       }},
  });
}
