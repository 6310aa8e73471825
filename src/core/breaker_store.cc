// SPDX-License-Identifier: Apache-2.0
#include <leftfold/breaker_store.h>

namespace leftfold::inline v0 {

std::string_view to_string(BreakerRecord::State state) noexcept {
  switch (state) {
    case BreakerRecord::State::closed: return "closed";
    case BreakerRecord::State::open: return "open";
    case BreakerRecord::State::half_open: return "half_open";
    case BreakerRecord::State::forced_open: return "forced_open";
    case BreakerRecord::State::disabled: return "disabled";
  }
  return "unknown";  // a value that was cast from a number
}

}  // namespace leftfold::inline v0
