// SPDX-License-Identifier: Apache-2.0
// Metrics as a file, for collectors that read text files.
#pragma once

#include <filesystem>
#include <string>

#include <leftfold/metrics.h>

namespace leftfold::inline v0::cli {

/// Replaces `file` by the metrics' text, so that a reader sees the old or the new one whole. Throws Error(storage_full,
/// permission_denied, unavailable); the old file stands then.
void write_metrics_file(const std::filesystem::path& file, const Metrics& metrics);

}  // namespace leftfold::inline v0::cli
