// SPDX-License-Identifier: Apache-2.0
// What is wrong with a JSON text, and where in it.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/error.h>

namespace leftfold::inline v0 {

/// A JSON text that is malformed or does not fit its type, or a value that JSON cannot hold. code() is invalid_data.
/// what() says where, what was found and what was expected. Immutable.
class JsonError final : public Error {
 public:
  JsonError(std::string path, std::string_view problem, std::source_location where = std::source_location::current());
  ~JsonError() override;

  /// The place in the document: "$" is the whole of it, then ".field" and "[index]", as in "$.items[3].price".
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace leftfold::inline v0
