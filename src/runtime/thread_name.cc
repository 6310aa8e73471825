// SPDX-License-Identifier: Apache-2.0
#include "runtime/thread_name.h"

#include <pthread.h>

namespace leftfold::inline v0::detail {

void name_this_thread(std::string name) noexcept {
  if (name.size() > 15) name.resize(15);
#if defined(__linux__)
  static_cast<void>(pthread_setname_np(pthread_self(), name.c_str()));
#endif
}

}  // namespace leftfold::inline v0::detail
