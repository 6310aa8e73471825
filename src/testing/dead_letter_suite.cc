#include <leftfold/testing/dead_letter_suite.h>

#include <utility>

#include "testing/dead_letter_cases.h"

namespace leftfold::testing {

std::vector<Case> dead_letter_suite(MakeDeadLetterStore make) {
  const auto shared_make = std::make_shared<const MakeDeadLetterStore>(std::move(make));
  std::vector<Case> cases;
  for (const auto group : {dead_letter_park_cases(), dead_letter_read_cases(), dead_letter_claim_cases(),
                           dead_letter_change_cases(), dead_letter_race_cases()}) {
    for (const DeadLetterCase& c : group) {
      cases.push_back({c.name, [shared_make, run = c.run] {
                         DeadLetterTest test{*shared_make};
                         run(test);
                       }});
    }
  }
  return cases;
}

}  // namespace leftfold::testing
