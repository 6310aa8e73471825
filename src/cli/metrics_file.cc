// SPDX-License-Identifier: Apache-2.0
#include "cli/metrics_file.h"

#include "cli/whole_file.h"

namespace leftfold::inline v0::cli {

void write_metrics_file(const std::filesystem::path& file, const Metrics& metrics) {
  write_whole_file(file, metrics.prometheus(), "metrics file", "--metrics-file");
}

}  // namespace leftfold::inline v0::cli
