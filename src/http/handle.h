// SPDX-License-Identifier: Apache-2.0
// One of libcurl's handles, with the connection it keeps.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/client_options.h"

namespace leftfold::inline v0::http {

/// An easy handle and a multi handle of its own: the latter owns the kept connection, and only its wait can be ended by
/// another thread. One thread at a time. `options` must outlive it.
class Handle {
 public:
  /// Throws Error(unavailable) when there is no memory, invalid_config for options that libcurl refuses.
  explicit Handle(const ClientOptions& options);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] CURL* easy() const noexcept { return easy_; }
  [[nodiscard]] CURLM* multi() const noexcept { return multi_; }
  /// Sets the address of the next request. One that was the last one's is not parsed again.
  /// Throws Error(unavailable) when there is no memory.
  void set_url(const std::string& url);
  /// libcurl's own words on what failed last; may be empty.
  [[nodiscard]] char* error_text() noexcept { return error_text_.data(); }

 private:
  CURL* easy_;
  CURLM* multi_;
  CURLU* parsed_url_ = nullptr;
  std::string url_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

/// The handles that wait for a request. Any thread. `options` must outlive it.
class HandlePool {
 public:
  explicit HandlePool(const ClientOptions& options) : options_{options} {}

  /// The handle used last, whose connection is the warmest; a new one when all are busy. Throws as Handle does.
  [[nodiscard]] std::unique_ptr<Handle> take();
  void put_back(std::unique_ptr<Handle> handle) noexcept;

 private:
  const ClientOptions& options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;
};

}  // namespace leftfold::inline v0::http
