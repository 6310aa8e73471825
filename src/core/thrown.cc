// SPDX-License-Identifier: Apache-2.0
#include "core/thrown.h"

#include <cxxabi.h>

#include <typeinfo>

#include "base/type_text.h"

namespace leftfold::inline v0::detail {

Thrown facts_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return {base::type_text(typeid(error)), error.what()};
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {type == nullptr ? "unknown" : base::type_text(*type), ""};
  }
}

}  // namespace leftfold::inline v0::detail
