// SPDX-License-Identifier: Apache-2.0
// Files for the tools around a service, made from what the program knows. Each function returns the whole file.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/app.h>

namespace leftfold::inline v0::cli {

/// A dashboard of Grafana, as JSON to import: panels over the metrics of docs/reference/metrics.md.
[[nodiscard]] std::string grafana_dashboard(std::string_view program);
/// Alert rules of Prometheus, as YAML, for all jobs.
[[nodiscard]] std::string alert_rules();

/// What a unit of systemd runs, and whose rights a policy lists.
inline constexpr std::array<std::string_view, 2> kUnits{"run", "publisher"};
[[nodiscard]] std::string systemd_unit(std::string_view what, std::string_view program);

inline constexpr std::array<std::string_view, 3> kPolicies{"service", "publisher", "read-only"};
/// The least rights on the two tables, as an IAM policy.
[[nodiscard]] std::string iam_policy(std::string_view use, std::string_view events_table,
                                     std::string_view second_table);

inline constexpr std::array<std::string_view, 2> kShells{"bash", "zsh"};
/// Completion of the program's command line; `stock` leaves out verbs that need a program's own code.
[[nodiscard]] std::string completion(std::string_view shell, std::string_view program, std::span<const CommandInfo> own,
                                     bool stock);
/// A page for man, section 1.
[[nodiscard]] std::string man_page(std::string_view program, std::span<const CommandInfo> own, bool stock);

}  // namespace leftfold::inline v0::cli
