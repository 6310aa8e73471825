// SPDX-License-Identifier: Apache-2.0
// The structure of what can be stored, as JSON: what a schema says of an event.
#pragma once

#include <leftfold/json/describe.h>
#include <leftfold/json_value.h>

namespace leftfold::inline v0::json {

/// The structure of the type of `value`, which is a default one and is changed on the way. docs/reference/schema.md
/// defines the form: "int32", {"list":"string"}, {"struct":"Address","fields":{...}} with the default of each field.
/// Members are sorted, so the order of declaration does not count. Any thread.
[[nodiscard]] Json shape(const Type& type, void* value);

/// The structure of T, which can be stored. Throws what the default constructors of T and its fields throw.
template <class T>
[[nodiscard]] Json shape_of() {
  T value{};
  return shape(Description<T>::value, &value);
}

}  // namespace leftfold::inline v0::json
