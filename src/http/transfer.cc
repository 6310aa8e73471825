// SPDX-License-Identifier: Apache-2.0
#include "http/transfer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "http/ascii.h"
#include "http/failure.h"
#include "http/url.h"

namespace leftfold::inline v0::http {
namespace {

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_body({bytes, size});
}

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_header({bytes, size});
}

int on_connected(void* transfer, char*, char*, int, int) {
  return static_cast<Transfer*>(transfer)->may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

Error no_memory() { return Error{Errc::unavailable, "HTTP: no memory for a request"}; }

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void add(curl_slist*& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw no_memory();
  list = longer;
}

constexpr std::array<bool, 256> kTokenBytes = [] {  // RFC 9110, 5.6.2
  std::array<bool, 256> all{};
  for (char c = '0'; c <= '9'; ++c) all[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) all[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) all[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"}) all[static_cast<unsigned char>(c)] = true;
  return all;
}();

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return kTokenBytes[static_cast<unsigned char>(c)]; });
}

// One after the other: looking for any of the three at once costs a call a byte.
bool fits_one_line(std::string_view value) {
  return value.find('\n') == value.npos && value.find('\r') == value.npos && value.find('\0') == value.npos;
}

void check(const Request& request) {
  const auto refuse = [&](const std::string& what) {
    throw Error{Errc::invalid_argument, request.method + ' ' + redacted_url(request.url) + ": " + what};
  };
  if (!is_token(request.method)) refuse("the method is not a word; use GET, POST, PUT or another method of HTTP");
  const UrlParts url = split_url(request.url);
  if (!equal_ignoring_case(url.scheme, "http") && !equal_ignoring_case(url.scheme, "https")) {
    refuse("the address begins with neither http:// nor https://; write it as https://host/path");
  }
  if (url.host.empty()) refuse("the address names no host; write it as https://host/path");
  for (const Header& header : request.headers) {
    if (!is_token(header.name))
      refuse("the header name \"" + header.name + "\" holds characters that none may; write a word");
    if (!fits_one_line(header.value)) {
      refuse("the value of header " + header.name + " holds a line end or a zero byte; remove it");
    }
  }
}

std::chrono::microseconds time_of(CURL* easy, CURLINFO what) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, what, &microseconds);
  return std::chrono::microseconds{microseconds};
}

}  // namespace

void Transfer::prepare(curl_slist*& headers) {
  CURL* easy = handle_.easy();
  const auto set = [easy](CURLoption option, auto value) {
    if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) throw no_memory();
  };
  handle_.set_url(request_.url);
  const UrlParts url = split_url(request_.url);
  const bool https = equal_ignoring_case(url.scheme, "https");
  set(CURLOPT_PROXY, (https ? options_.proxies.https : options_.proxies.http).c_str());  // "" keeps getenv() out
  const auto timeout = request_.timeout.value_or(options_.total_timeout);
  const long limit = timeout == kNoTimeout ? 0 : static_cast<long>(std::max<std::int64_t>(1, timeout.count()));
  set(CURLOPT_TIMEOUT_MS, limit);  // 0 is none

  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
  } else if (request_.method == "GET" && request_.body.empty()) {
    set(CURLOPT_HTTPGET, 1L);
    set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }

  // Without "Expect:" libcurl waits a second for a 100 Continue before a body over 1 MB.
  for (const char* unwanted : {"Expect", "Accept", "Content-Type"}) {
    if (!find_header(request_.headers, unwanted)) add(headers, std::string{unwanted} + ':');
  }
  // The one that was signed: libcurl keeps upper case.
  if (!find_header(request_.headers, "Host")) add(headers, "Host: " + host_header(url));
  std::string line;
  for (const Header& header : request_.headers) {
    if (equal_ignoring_case(header.name, "Content-Length")) continue;
    line.assign(header.name).append(header.value.empty() ? ";" : ": ").append(header.value);
    add(headers, line);
  }
  set(CURLOPT_HTTPHEADER, headers);

  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_PREREQFUNCTION, &on_connected);
  set(CURLOPT_PREREQDATA, this);
}

CURLcode Transfer::perform() {
  CURLM* multi = handle_.multi();
  if (const CURLMcode added = curl_multi_add_handle(multi, handle_.easy()); added != CURLM_OK) {
    throw Error{Errc::internal, std::string{"HTTP: a handle cannot be started: "} + curl_multi_strerror(added)};
  }
  // The multi handle may be woken by any thread; the callback has ended when its destructor returns.
  const std::stop_callback wake{stop_, [multi]() noexcept { curl_multi_wakeup(multi); }};
  CURLMcode state = CURLM_OK;
  int running = 1;
  while (!(stopped_ = stop_.stop_requested())) {
    state = curl_multi_perform(multi, &running);
    if (state != CURLM_OK || running == 0) break;
    state = curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    if (state != CURLM_OK) break;
  }
  CURLcode result = stopped_ ? CURLE_ABORTED_BY_CALLBACK : CURLE_OUT_OF_MEMORY;
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &queued)) {
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  curl_multi_remove_handle(multi, handle_.easy());  // closes the connection of a request that has not ended
  return result;
}

Response Transfer::run() {
  check(request_);
  curl_slist* list = nullptr;
  try {
    prepare(list);
  } catch (...) {
    curl_slist_free_all(list);
    throw;
  }
  const std::unique_ptr<curl_slist, FreeList> headers{list};
  *handle_.error_text() = '\0';
  const CURLcode result = perform();
  // Nothing of this request may be left behind in the handle.
  curl_easy_setopt(handle_.easy(), CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(handle_.easy(), CURLOPT_POSTFIELDS, nullptr);
  if (result != CURLE_OK) fail(result);
  long status = 0;
  curl_easy_getinfo(handle_.easy(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  read_timings();
  return std::move(response_);
}

void Transfer::read_timings() {
  CURL* easy = handle_.easy();
  long connections = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
  response_.timings.new_connection = connections > 0;
  if (connections > 0) response_.timings.connected = time_of(easy, CURLINFO_PRETRANSFER_TIME_T);
  response_.timings.first_byte = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T);
  response_.timings.total = time_of(easy, CURLINFO_TOTAL_TIME_T);
}

std::size_t Transfer::take_body(std::string_view bytes) noexcept {
  if (bytes.size() > options_.max_response_bytes - response_.body.size()) {
    too_big_ = true;
    return 0;
  }
  try {
    response_.body.append(bytes);
    return bytes.size();
  } catch (const std::bad_alloc&) {
    out_of_memory_ = true;
    return 0;
  }
}

std::size_t Transfer::take_header(std::string_view line) noexcept {
  const std::size_t all = line.size();
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  try {
    if (line.starts_with("HTTP/")) {  // after a 100 Continue the real answer begins
      response_.headers.clear();
    } else if (const auto colon = line.find(':'); colon != line.npos) {
      std::string_view value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      value = value.substr(0, value.find_last_not_of(" \t") + 1);
      response_.headers.push_back({std::string{line.substr(0, colon)}, std::string{value}});
    }
    return all;
  } catch (const std::bad_alloc&) {
    out_of_memory_ = true;
    return 0;
  }
}

bool Transfer::may_send() noexcept {
  // When a kept connection ends without an answer, libcurl sends the request again on a new one, whatever the method.
  // It may have been processed, so that is for the caller to decide.
  long sent = 0;
  if (connected_) curl_easy_getinfo(handle_.easy(), CURLINFO_REQUEST_SIZE, &sent);
  refused_resend_ = sent > 0;
  connected_ = true;
  return !refused_resend_;
}

bool Transfer::left_completely() const {
  if (!connected_) return false;
  if (refused_resend_) return true;  // the counts are those of the second attempt by now
  long head = 0;
  curl_off_t body = 0;
  curl_easy_getinfo(handle_.easy(), CURLINFO_REQUEST_SIZE, &head);
  curl_easy_getinfo(handle_.easy(), CURLINFO_SIZE_UPLOAD_T, &body);
  return head > 0 && static_cast<std::size_t>(body) >= request_.body.size();
}

void Transfer::fail(CURLcode result) {
  Failure failure;
  failure.result = result;
  failure.left_completely = left_completely();
  failure.connected = connected_;
  failure.reason = handle_.error_text();
  if (failure.reason.empty()) failure.reason = curl_easy_strerror(result);
  if (stopped_) {
    failure.kind = Failure::Kind::stopped;
    failure.reason = "a stop was requested";
  } else if (refused_resend_) {
    failure.reason = "the server closed the kept connection without an answer";
  } else if (too_big_) {
    failure.reason = "the answer is bigger than " + std::to_string(options_.max_response_bytes) + " bytes";
    failure.kind = Failure::Kind::too_big;
  } else if (out_of_memory_) {
    failure.reason = "no memory for the answer";
  }
  throw_failure(request_, failure);
}

}  // namespace leftfold::inline v0::http
