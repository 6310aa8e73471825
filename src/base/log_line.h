// SPDX-License-Identifier: Apache-2.0
// The text of a log entry, apart from where it is written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/log.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::base {

/// One entry as a line with its '\n' at the end and nowhere else: control characters and bytes that are not UTF-8 are
/// escaped (text) or replaced (JSON), so that no value can forge a line or steer a terminal.
/// Text: time unless it is left out, level, component, message, then key=value, quoted where a value is empty or holds
/// a space. JSON, which needs the time: ts, level, msg, component, then the fields, all strings.
[[nodiscard]] std::string log_line(LogFormat format, std::optional<Timestamp> time, LogLevel level,
                                   std::string_view component, std::string_view message,
                                   std::span<const LogField> fields);

}  // namespace leftfold::inline v0::base
