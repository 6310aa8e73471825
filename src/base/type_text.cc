// SPDX-License-Identifier: Apache-2.0
#include "base/type_text.h"

#include <cxxabi.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace leftfold::inline v0::base {

std::string type_text(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    &std::free};
  std::string text = name != nullptr ? name.get() : type.name();
  constexpr std::string_view kNamespace = "leftfold::";
  constexpr std::string_view kInline = "v0::";
  for (std::size_t at = 0; (at = text.find(kNamespace, at)) != std::string::npos;) {
    at += kNamespace.size();
    if (text.compare(at, kInline.size(), kInline) == 0) text.erase(at, kInline.size());
  }
  return text;
}

}  // namespace leftfold::inline v0::base
