// SPDX-License-Identifier: Apache-2.0
// One request on one handle, and what became of it.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <stop_token>
#include <string_view>

#include "http/client_options.h"
#include "http/handle.h"
#include "http/request.h"
#include "http/response.h"

namespace leftfold::inline v0::http {

/// Runs one request. One thread; lives as long as the request. All arguments must outlive it.
class Transfer {
 public:
  Transfer(Handle& handle, const Request& request, const ClientOptions& options, const std::stop_token& stop)
      : handle_{handle}, request_{request}, options_{options}, stop_{stop} {}

  /// Returns the complete answer. Throws as Client::send does; the handle can be used again in any case.
  [[nodiscard]] Response run();

  // What libcurl calls.
  [[nodiscard]] std::size_t take_body(std::string_view bytes) noexcept;
  [[nodiscard]] std::size_t take_header(std::string_view line) noexcept;
  /// False forbids to send the request on the connection that now stands.
  [[nodiscard]] bool may_send() noexcept;

 private:
  void prepare(curl_slist*& headers);
  [[nodiscard]] CURLcode perform();
  void read_timings();
  [[nodiscard]] bool left_completely() const;
  [[noreturn]] void fail(CURLcode result);

  Handle& handle_;
  const Request& request_;
  const ClientOptions& options_;
  const std::stop_token& stop_;
  Response response_;
  bool stopped_ = false;
  bool connected_ = false;       // the request may have begun to leave
  bool refused_resend_ = false;  // libcurl wanted to send it a second time
  bool too_big_ = false;
  bool out_of_memory_ = false;
};

}  // namespace leftfold::inline v0::http
