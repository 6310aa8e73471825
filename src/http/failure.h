// SPDX-License-Identifier: Apache-2.0
// What a request that did not end well means to the caller.
#pragma once

#include <curl/curl.h>

#include <string>

#include "http/request.h"

namespace leftfold::inline v0::http {

struct Failure {
  enum class Kind { transfer, stopped, too_big };
  Kind kind = Kind::transfer;
  CURLcode result = CURLE_OK;
  bool connected = false;        ///< the request may have begun to leave
  bool left_completely = false;  ///< so it may have been processed
  std::string reason;
};

/// Throws the Error that Client::send documents.
[[noreturn]] void throw_failure(const Request& request, const Failure& failure);

}  // namespace leftfold::inline v0::http
