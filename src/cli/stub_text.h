// SPDX-License-Identifier: Apache-2.0
// The stubs of lfold new: text of a template with a project's own names in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::cli {

struct StubField {
  std::string name;
  std::string_view type;   ///< "std::int64_t"
  std::string_view value;  ///< "0"; empty for a type that needs none
};

/// Reads NAME:TYPE. Throws UsageError for a name that is none, or is there twice, and for a type that is not known.
[[nodiscard]] std::vector<StubField> read_fields(const std::vector<std::string>& texts);

/// A line with `// [field]` becomes one a field, without it: its `std::int64_t` the field's type, its ` = 0;` the
/// value, its `a_field` the name.
[[nodiscard]] std::string with_fields(std::string_view text, const std::vector<StubField>& fields);

/// The lines between `// [event]` and `// [/event]` become a copy an event, each with its name for `StubThingCreated`.
[[nodiscard]] std::string with_events(std::string_view text, const std::vector<std::string>& events);

/// The names in `using AGGREGATEEvents = leftfold::Events<A, B>;` of a source; empty when there is no such line.
[[nodiscard]] std::vector<std::string> events_of(std::string_view source, std::string_view aggregate);

}  // namespace leftfold::inline v0::cli
