// SPDX-License-Identifier: Apache-2.0
// The cart that benchmarks of Repository load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "json_event.h"

namespace leftfold::bench {

using ItemAdded = ::bench::Event;  // stored as "Event", about 190 bytes

inline constexpr std::string_view kCartId = "cart-7c9e6679-7425-40de-944b-e07fc1f90ae7";

struct CartState {
  std::map<std::string, std::int64_t> items;
  void apply(const ItemAdded& e) { items[e.productId] += e.quantity; }
};

/// The item of this product.
inline ItemAdded make_item(std::size_t number) {
  return {"7c9e6679-7425-40de-944b-" + std::to_string(100'000'000'000 + number),
          2,
          19.99,
          {"garden", "outdoor", "sale-2026"},
          {42, "a note of the customer"}};
}

}  // namespace leftfold::bench
