// SPDX-License-Identifier: Apache-2.0
// What is different between two JSON documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::json {

/// One value that is in one document only, or not the same in both. Plain value.
struct Difference {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string path;    ///< JSON Pointer (RFC 6901): "/items/apple", "" for the whole document
  std::string before;  ///< JSON; empty when it was added
  std::string after;   ///< JSON; empty when it was removed

  bool operator==(const Difference&) const = default;
};

/// What must be done to `before` to get `after`, as deep in the documents as possible: members of objects by their
/// names, in any order, elements of arrays by their places. Members of `before` come first, in its order, then those
/// that were added. Values are compared as they are written, which is enough for what to_json wrote. Any thread.
/// Throws JsonError for a text that is malformed or nested deeper than 32 levels.
[[nodiscard]] std::vector<Difference> differences(std::string_view before, std::string_view after);

}  // namespace leftfold::inline v0::json
