// SPDX-License-Identifier: Apache-2.0
// Which stored values another program reads: the rules, type by type. docs/reference/schema.md has them as a table.
#pragma once

#include <functional>
#include <string>

#include <leftfold/json_value.h>

namespace leftfold::inline v0::app {

/// A difference that keeps a reader from what a writer stores. Plain value.
struct TypeProblem {
  std::string path;  ///< below the place asked about: "" or ".price.currency"
  std::string what;  ///< "int64, and int32 to the reader"
  std::string why;
};

/// Called with each problem.
using OnTypeProblem = std::function<void(TypeProblem)>;

/// Compares two structures, as json::shape gives them: what values of `writer` a program with `reader` cannot read.
/// Throws JsonError for what is no structure.
void compare_types(const Json& reader, const Json& writer, const std::string& path, const OnTypeProblem& found);

enum class Renames { suspected, ruled_out };

/// The same of the fields of two structs. A field that is gone while another of its type is new is taken for a rename
/// that loses what is stored, unless that is ruled out.
void compare_fields(const Json& reader, const Json& writer, const std::string& path, Renames renames,
                    const OnTypeProblem& found);

}  // namespace leftfold::inline v0::app
