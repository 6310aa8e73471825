#include "cli/metrics_file.h"

#include "cli/whole_file.h"

namespace leftfold::cli {

void write_metrics_file(const std::filesystem::path& file, const Metrics& metrics) {
  write_whole_file(file, metrics.prometheus(), "metrics file", "--metrics-file");
}

}  // namespace leftfold::cli
