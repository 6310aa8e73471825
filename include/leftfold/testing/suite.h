// SPDX-License-Identifier: Apache-2.0
// A conformance suite is a list of cases; any test framework, or none, can run it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace leftfold::inline v0::testing {

/// One promise of a port, checked on a fresh implementation each time it runs.
/// `run` throws ExpectationFailed, or what the implementation threw, when the promise is broken. Cases do not share
/// anything, so they may run in any order.
struct Case {
  std::string name;  ///< the promise, as a sentence
  std::function<void()> run;
};

}  // namespace leftfold::inline v0::testing
