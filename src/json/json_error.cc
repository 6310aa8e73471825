// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/json_error.h>

#include <utility>

namespace leftfold::inline v0 {

JsonError::JsonError(std::string path, std::string_view problem, std::source_location where)
    : Error{Errc::invalid_data, "JSON at " + path + ": " + std::string{problem}, where}, path_{std::move(path)} {}

JsonError::~JsonError() = default;

}  // namespace leftfold::inline v0
