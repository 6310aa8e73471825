// SPDX-License-Identifier: Apache-2.0
// How much memory this process has.
#pragma once

namespace leftfold::bench {

struct Memory {
  double private_mb = 0;  // anonymous: heap and stacks
  double mapped_mb = 0;   // pages of the file and the program that the kernel may drop at any time
};

/// As it is now, from /proc/self/status.
[[nodiscard]] Memory memory_now();

}  // namespace leftfold::bench
