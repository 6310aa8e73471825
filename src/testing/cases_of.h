// SPDX-License-Identifier: Apache-2.0
// How a suite's functions become its cases.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// A promise, and the function that checks it on a fresh `Test`.
template <class Test>
struct NamedCheck {
  const char* name;
  void (*run)(Test& test);
};

/// One case a check; each makes its `Test` of `make`, which all of them share.
template <class Test, class Make>
[[nodiscard]] std::vector<Case> cases_of(Make make, std::initializer_list<std::span<const NamedCheck<Test>>> groups) {
  const auto shared_make = std::make_shared<const Make>(std::move(make));
  std::vector<Case> cases;
  for (const std::span<const NamedCheck<Test>> group : groups) {
    for (const NamedCheck<Test>& check : group) {
      cases.push_back({check.name, [shared_make, run = check.run] {
                         Test test{*shared_make};
                         run(test);
                       }});
    }
  }
  return cases;
}

}  // namespace leftfold::inline v0::testing
