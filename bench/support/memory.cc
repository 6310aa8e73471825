// SPDX-License-Identifier: Apache-2.0
#include "support/memory.h"

#include <cstdio>
#include <fstream>
#include <string>

namespace leftfold::bench {

Memory memory_now() {
  Memory memory;
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    double kib = 0;
    if (std::sscanf(line.c_str(), "RssAnon: %lf", &kib) == 1) memory.private_mb = kib / 1024;
    else if (std::sscanf(line.c_str(), "RssFile: %lf", &kib) == 1) memory.mapped_mb = kib / 1024;
  }
  return memory;
}

}  // namespace leftfold::bench
