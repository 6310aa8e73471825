// SPDX-License-Identifier: Apache-2.0
// Metrics of the process itself, under the names that Prometheus' own clients use.
#pragma once

#include <memory>

#include <leftfold/metrics.h>

namespace leftfold::inline v0 {

/// Adds process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds and process_start_time_seconds,
/// read from /proc before each exposition until the returned object ends; what cannot be read stays as it was. An App's
/// metrics have them. Throws Error(invalid_argument) when one of the names is another kind of metric.
[[nodiscard]] std::unique_ptr<Metrics::Refresh> add_process_metrics(Metrics& metrics);

}  // namespace leftfold::inline v0
