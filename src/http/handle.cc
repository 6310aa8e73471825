// SPDX-License-Identifier: Apache-2.0
#include "http/handle.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::http {
namespace {

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) {
    throw Error{Errc::unavailable, std::string{"HTTP: libcurl does not start: "} + curl_easy_strerror(started)};
  }
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode result = curl_easy_setopt(easy, option, value);
  if (result == CURLE_OUT_OF_MEMORY) throw Error{Errc::unavailable, "HTTP: no memory for a connection"};
  if (result != CURLE_OK) {
    throw Error{Errc::invalid_config, "HTTP: libcurl refuses option " + std::to_string(option) + ": " +
                                          curl_easy_strerror(result) + "; use a libcurl of 7.85 or later with TLS"};
  }
}

void set_up(CURL* easy, const ClientOptions& options) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_TCP_NODELAY, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is sent
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, static_cast<long>(options.connect_timeout.count())));
  set(easy, CURLOPT_MAXAGE_CONN, std::max(1L, static_cast<long>(options.idle_timeout.count())));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  if (!options.ca_bundle.empty()) set(easy, CURLOPT_CAINFO, options.ca_bundle.c_str());
  if (!options.user_agent.empty()) set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(easy, CURLOPT_NOPROXY, options.proxies.no_proxy.c_str());
}

}  // namespace

Handle::Handle(const ClientOptions& options) : easy_{(start_curl(), curl_easy_init())}, multi_{curl_multi_init()} {
  try {
    if (easy_ == nullptr || multi_ == nullptr) throw Error{Errc::unavailable, "HTTP: no memory for a connection"};
    set_up(easy_, options);
    set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  } catch (...) {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
    throw;
  }
}

Handle::~Handle() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
  curl_url_cleanup(parsed_url_);
}

void Handle::set_url(const std::string& url) {
  if (url == url_) return;
  url_.clear();
  set(easy_, CURLOPT_CURLU, static_cast<CURLU*>(nullptr));
  set(easy_, CURLOPT_URL, url.c_str());
  curl_url_cleanup(parsed_url_);
  parsed_url_ = curl_url();
  if (parsed_url_ == nullptr) throw Error{Errc::unavailable, "HTTP: no memory for a request"};
  // Parsed as libcurl does for every request without a parsed one. When it refuses the address, it says why then.
  constexpr unsigned kAsIs = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS;
  if (curl_url_set(parsed_url_, CURLUPART_URL, url.c_str(), kAsIs) == CURLUE_OK) {
    set(easy_, CURLOPT_CURLU, parsed_url_);
  }
  url_ = url;
}

std::unique_ptr<Handle> HandlePool::take() {
  {
    const std::lock_guard lock{mutex_};
    if (!idle_.empty()) {
      std::unique_ptr<Handle> handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  return std::make_unique<Handle>(options_);
}

void HandlePool::put_back(std::unique_ptr<Handle> handle) noexcept {
  const std::lock_guard lock{mutex_};
  try {
    idle_.push_back(std::move(handle));
  } catch (const std::bad_alloc&) {  // then its connection closes
  }
}

}  // namespace leftfold::inline v0::http
