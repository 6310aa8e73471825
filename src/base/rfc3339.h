// SPDX-License-Identifier: Apache-2.0
// Times as text, for logs and output.
#pragma once

#include <string>

#include <leftfold/types.h>

namespace leftfold::inline v0::base {

/// The time as RFC 3339 in UTC with milliseconds: "2026-11-23T09:41:07.123Z". For years 0 to 9999.
[[nodiscard]] std::string to_rfc3339(Timestamp time);

}  // namespace leftfold::inline v0::base
