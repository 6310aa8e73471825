// SPDX-License-Identifier: Apache-2.0
// The schema document: what a program stores and reads. docs/reference/schema.md defines it.
#pragma once

#include <span>
#include <string_view>

#include <leftfold/app.h>
#include <leftfold/json_value.h>

namespace leftfold::inline v0::app {

/// The version of the document's form, its member "leftfold_schema".
inline constexpr int kSchemaForm = 1;

[[nodiscard]] Json schema_of(std::string_view program, std::span<const AggregateInfo> aggregates,
                             std::span<const HandlerInfo> handlers);

/// Reads a schema document. `where` names it in messages. Throws Error(invalid_data) for what is none, unsupported for
/// a newer form.
[[nodiscard]] Json read_schema(std::string_view text, std::string_view where);

}  // namespace leftfold::inline v0::app
