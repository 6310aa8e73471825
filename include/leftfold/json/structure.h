// SPDX-License-Identifier: Apache-2.0
// The structure of a stored type as one text, the same from every compiler.
#pragma once

#include <string>

#include <leftfold/json/describe.h>
#include <leftfold/json/type.h>

namespace leftfold::inline v0::json {

/// Everything that decides how values of the type are written and read: field names in their order, kinds, nesting,
/// names and numbers of enums, alternatives; no names of structs, which are not stored. docs/format/snapshots.md shows
/// the grammar: "{items:map(string,int32),checked_out:bool}". A struct that comes again is "#n", the n-th from 0: so a
/// struct may contain itself. Any thread.
[[nodiscard]] std::string structure(const Type& type);

/// The structure of T.
template <class T>
[[nodiscard]] std::string structure_of() {
  return structure(Description<T>::value);
}

}  // namespace leftfold::inline v0::json
