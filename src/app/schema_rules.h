// SPDX-License-Identifier: Apache-2.0
// Whether a program can read what another one stores: two schema documents against each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <leftfold/json_value.h>

namespace leftfold::inline v0::app {

enum class Compatibility {
  backward,  ///< the new program reads what the old one stored
  forward,   ///< the old program reads what the new one stores, while both run
  full,      ///< both
  none       ///< nothing is asked
};

/// Throws Error(invalid_argument) for a name that is none of the four.
[[nodiscard]] Compatibility compatibility_of(std::string_view name);

/// One reason why one of them cannot. Plain value.
struct Incompatibility {
  std::string_view direction;  ///< "backward" or "forward"
  std::string path;            ///< "events.CartItemAdded.quantity"
  std::string what;
  std::string why;
  std::string next;  ///< what to do about it
};

/// All reasons, in the order of the documents, backward ones first. Both are documents that read_schema() let through.
/// Throws JsonError for parts of them that have another form.
[[nodiscard]] std::vector<Incompatibility> incompatibilities(const Json& before, const Json& after, Compatibility mode);

}  // namespace leftfold::inline v0::app
