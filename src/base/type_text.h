// SPDX-License-Identifier: Apache-2.0
// The name of a C++ type, for people and for dead letters.
#pragma once

#include <string>
#include <typeinfo>

namespace leftfold::inline v0::base {

/// As a program writes it: "shop::NoSuchProduct", "leftfold::Error". The inline namespace of leftfold's types is left
/// out: dead letters are looked for by this name after an upgrade too. Mangled when it cannot be read.
[[nodiscard]] std::string type_text(const std::type_info& type);

}  // namespace leftfold::inline v0::base
