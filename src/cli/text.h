// SPDX-License-Identifier: Apache-2.0
// Text for a terminal and text for JSON, from bytes that may be anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// `text` with everything escaped that is not UTF-8 or that a terminal would obey or hide: control characters, and
/// marks that turn the direction of writing. A backslash stays as it is.
[[nodiscard]] std::string printable(std::string_view text);

/// How many characters a printable text has: code points, so that columns align for the scripts that use one cell each.
[[nodiscard]] std::size_t width(std::string_view printable_text) noexcept;

/// The first `columns` characters of a printable text, with "..." as the last three when something was cut off.
[[nodiscard]] std::string clipped(std::string printable_text, std::size_t columns);

/// Appends `text` as a JSON string; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends the JSON object `text` without white space between its parts, so that it fits on a line. What is not
/// well-formed, in a file that something else wrote, is appended as a JSON string instead.
void append_json_object(std::string& out, std::string_view text);

/// The well-formed JSON `text`, the same to who reads it, with escapes for what in its strings a terminal would obey or
/// hide.
[[nodiscard]] std::string printable_json(std::string_view text);

}  // namespace leftfold::inline v0::cli
