// SPDX-License-Identifier: Apache-2.0
#include "cli/gap_text.h"

#include <cstdint>

#include "cli/progress_bar.h"

namespace leftfold::inline v0::cli {

std::string gap_text(std::chrono::milliseconds gap) {
  using std::chrono::duration_cast;
  if (gap.count() < 0) return "-" + gap_text(-gap);
  if (gap < std::chrono::seconds{1}) return std::to_string(gap.count()) + "ms";
  if (gap < std::chrono::seconds{10}) {
    return std::to_string(gap.count() / 1000) + "." + std::to_string(gap.count() / 100 % 10) + "s";
  }
  const std::int64_t hours = duration_cast<std::chrono::hours>(gap).count();
  if (hours < 24) return duration_text(duration_cast<std::chrono::seconds>(gap));
  return std::to_string(hours / 24) + "d " + std::to_string(hours % 24) + "h";
}

}  // namespace leftfold::inline v0::cli
