// SPDX-License-Identifier: Apache-2.0
#include "chaos/timeline.h"

#include <chrono>
#include <iomanip>
#include <iostream>

namespace leftfold::test_chaos {

void Timeline::say(const std::string& text) const {
  const std::chrono::duration<double> since = clock_.instant() - began_;
  std::cout << std::fixed << std::setprecision(1) << std::setw(8) << since.count() << " s  " << text << std::endl;
}

}  // namespace leftfold::test_chaos
