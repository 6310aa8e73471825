// SPDX-License-Identifier: Apache-2.0
// The one JSON document that --json prints: {"version":1,"data":...,"status":"pass","diagnostics":[]}.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// What stands before the data. The version is that of the envelope.
inline constexpr std::string_view kEnvelopeStart = R"({"version":1,"data":)";

/// What stands after the data of a command that worked.
[[nodiscard]] std::string envelope_end();
/// What stands after the data of a command that failed.
[[nodiscard]] std::string envelope_end(std::string_view code, std::string_view message);

/// The code of a failure as it is shown: an Errc's name, or "internal".
[[nodiscard]] std::string_view code_of(const std::exception& failure) noexcept;

}  // namespace leftfold::inline v0::cli
