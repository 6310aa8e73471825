// SPDX-License-Identifier: Apache-2.0
// The JSON in which containers, instances and processes hand out credentials.
#pragma once

#include <string>
#include <string_view>

#include "http/sigv4.h"

namespace leftfold::inline v0::aws {

/// Which fields a document has: SessionToken and Version belong to processes, Token and Code to metadata services.
enum class KeyDocument { metadata, process };

/// Throws Error(invalid_data) that says what is wrong with the document of `place`, permission_denied when it says
/// itself that there are none.
[[nodiscard]] http::Credentials parse_keys(KeyDocument kind, std::string_view json, const std::string& place);

/// A time of RFC 3339. Throws Error(invalid_data).
[[nodiscard]] Timestamp parse_expiration(std::string_view text, const std::string& place);

}  // namespace leftfold::inline v0::aws
