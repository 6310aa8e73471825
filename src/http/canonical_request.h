// SPDX-License-Identifier: Apache-2.0
// A request as SigV4 sees it.
#pragma once

#include <string>

#include "http/request.h"

namespace leftfold::inline v0::http {

struct CanonicalRequest {
  std::string text;
  std::string signed_headers;  ///< names by semicolons, as in Authorization
};

/// The canonical form of `request`, whose headers are all those to be signed; Host is taken from the address when it is
/// not among them. Throws Error(invalid_argument) for an address without a host.
[[nodiscard]] CanonicalRequest canonical_request(const Request& request);

}  // namespace leftfold::inline v0::http
