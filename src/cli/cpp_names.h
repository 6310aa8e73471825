// SPDX-License-Identifier: Apache-2.0
// Names that stand in C++ source and in CMake files. Each check throws UsageError that says what a name is like.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// Of an event, aggregate, projector or listener: CartItemAdded.
void check_type_name(std::string_view name);
/// Of a field: product_id.
void check_field_name(std::string_view name);
/// Of a project, which is its program and a CMake target: my-shop.
void check_project_name(std::string_view name);

/// "CartItemAdded" -> "cart_item_added".
[[nodiscard]] std::string snake_of(std::string_view type_name);

/// `text` with every `from` replaced.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace leftfold::inline v0::cli
