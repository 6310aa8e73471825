// SPDX-License-Identifier: Apache-2.0
// One HTTP response, as data.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace leftfold::inline v0::http {

/// Where the time of a request went, each from its start.
struct Timings {
  std::chrono::microseconds connected{};   ///< the connection stood, TLS included; 0 when it was kept from before
  std::chrono::microseconds first_byte{};  ///< the answer began
  std::chrono::microseconds total{};       ///< the answer was complete
  bool new_connection = false;
};

/// A complete answer, of any status. Plain value.
struct Response {
  int status = 0;
  std::vector<Header> headers = {};
  std::string body = {};
  Timings timings = {};

  /// The value of the first header called `name`, in any case; empty when there is none.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

}  // namespace leftfold::inline v0::http
