// SPDX-License-Identifier: Apache-2.0
// A stored event as C++: CartItemAdded{.product_id = "apple", .quantity = 2}.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/json_value.h>

namespace leftfold::inline v0::cli {

/// The event as an expression. `shape` is json::shape_of its struct, which says what a map, an enum or an optional is;
/// without it (null) only plain fields can be told. What cannot be written with braces becomes
/// leftfold::from_json<Type>(R"json(...)json"). Fields stand in the payload's order.
[[nodiscard]] std::string cpp_event(std::string_view type, const Json& payload, const Json* shape);

}  // namespace leftfold::inline v0::cli
