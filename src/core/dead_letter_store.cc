// SPDX-License-Identifier: Apache-2.0
#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0 {

std::string_view to_string(ParkReason reason) noexcept {
  switch (reason) {
    case ParkReason::failed: return "failed";
    case ParkReason::undecodable: return "undecodable";
    case ParkReason::overflow: return "overflow";
    case ParkReason::follower: return "follower";
  }
  return "unknown";  // a value that was cast from a number
}

}  // namespace leftfold::inline v0
