// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/dead_letter_suite.h>

#include <utility>

#include "testing/dead_letter_cases.h"

namespace leftfold::inline v0::testing {

std::vector<Case> dead_letter_suite(MakeDeadLetterStore make, DeadLetterSuiteOptions options) {
  return cases_of<DeadLetterTest>(DeadLetterPlaces{std::move(make), options},
                                  {dead_letter_park_cases(), dead_letter_read_cases(), dead_letter_claim_cases(),
                                   dead_letter_change_cases(), dead_letter_race_cases()});
}

}  // namespace leftfold::inline v0::testing
