// SPDX-License-Identifier: Apache-2.0
// expect: two events in one list are stored under the same name
#include <leftfold/event.h>

namespace cart {
struct CheckedOut {};
}  // namespace cart
namespace order {
struct CheckedOut {
#ifdef GOOD
  static constexpr std::string_view event_name = "OrderCheckedOut";
#endif
};
}  // namespace order
using ShopEvents = leftfold::Events<cart::CheckedOut, order::CheckedOut>;

int main() { return static_cast<int>(ShopEvents::kCount); }
