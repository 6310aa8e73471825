// SPDX-License-Identifier: Apache-2.0
// What happened when, printed as it happens.
#pragma once

#include <string>

#include <leftfold/clock.h>

namespace leftfold::test_chaos {

/// One thread.
class Timeline {
 public:
  explicit Timeline(Clock& clock) : clock_{clock}, began_{clock.instant()} {}
  /// "    63.2 s  text".
  void say(const std::string& text) const;
  [[nodiscard]] Instant began() const { return began_; }

 private:
  Clock& clock_;
  Instant began_;
};

}  // namespace leftfold::test_chaos
