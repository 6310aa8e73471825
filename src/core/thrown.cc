// SPDX-License-Identifier: Apache-2.0
#include "core/thrown.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace leftfold::inline v0::detail {
namespace {

std::string name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    &std::free};
  return name != nullptr ? name.get() : type.name();
}

}  // namespace

Thrown facts_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return {name_of(typeid(error)), error.what()};
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {type == nullptr ? "unknown" : name_of(*type), ""};
  }
}

}  // namespace leftfold::inline v0::detail
