// SPDX-License-Identifier: Apache-2.0
#include "runtime/node_name.h"

#include <unistd.h>

#include <array>

namespace leftfold::inline v0::detail {

std::string node_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') host = {'h', 'o', 's', 't'};
  return std::string{host.data()} + ":" + std::to_string(getpid());
}

}  // namespace leftfold::inline v0::detail
