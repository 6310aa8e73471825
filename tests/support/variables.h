// SPDX-License-Identifier: Apache-2.0
// Variables of this process for the time of a test.
#pragma once

#include <stdlib.h>  // NOLINT: setenv is POSIX

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace leftfold::test_support {

// NOLINTBEGIN(concurrency-mt-unsafe): the other threads look at no variables
/// The variables of this process as long as this; an empty value removes one. While no other thread looks at any.
class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& wanted) {
    for (const auto& [name, value] : wanted) {
      const char* const before = std::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>{before};
      set(name, value.empty() ? std::nullopt : std::optional{value});
    }
  }
  ~Variables() {
    for (const auto& [name, value] : before_) set(name, value);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) setenv(name.c_str(), value->c_str(), 1);
    else unsetenv(name.c_str());
  }
  std::map<std::string, std::optional<std::string>> before_;
};
// NOLINTEND(concurrency-mt-unsafe)

}  // namespace leftfold::test_support
