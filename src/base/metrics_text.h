// SPDX-License-Identifier: Apache-2.0
// The pieces of Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::base {

/// [a-zA-Z_:][a-zA-Z0-9_:]*
[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
/// [a-zA-Z_][a-zA-Z0-9_]*, and not two underscores in front: those are Prometheus' own.
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;

/// `text` with U+FFFD for each byte that is not UTF-8: one such byte would make a scraper refuse the whole page.
[[nodiscard]] std::string as_utf8(std::string_view text);

/// The number as short as it can be read back: "0.0005", "3", "1e+20", "+Inf", "NaN".
void add_number(std::string& out, double value);
/// A help text: backslash and line feed escaped.
void add_help(std::string& out, std::string_view help);
/// A label's value: the quote too.
void add_label_value(std::string& out, std::string_view value);

}  // namespace leftfold::inline v0::base
