// SPDX-License-Identifier: Apache-2.0
// What sending gave: an answer or an error.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <stop_token>
#include <string>

#include <leftfold/error.h>

#include "http/client.h"

namespace leftfold::test_http {

struct Sent {
  std::optional<http::Response> response;
  Errc code = Errc::internal;
  std::string text;
};

inline Sent send(http::Client& client, const http::Request& request, const std::stop_token& stop = {}) {
  try {
    return {client.send(request, stop), Errc::internal, ""};
  } catch (const Error& error) {
    return {std::nullopt, error.code(), error.what()};
  }
}

inline http::Request get(std::string url) { return {.method = "GET", .url = std::move(url)}; }

inline http::Request post(std::string url, std::string body) {
  return {.method = "POST", .url = std::move(url), .body = std::move(body)};
}

// `what` is in the error's text, and so are the method and the place.
inline void expect_error(const Sent& sent, Errc code, const std::string& what) {
  ASSERT_FALSE(sent.response) << "an answer of status " << sent.response->status;
  EXPECT_EQ(to_string(sent.code), to_string(code)) << sent.text;
  EXPECT_NE(sent.text.find(what), std::string::npos) << sent.text;
  EXPECT_NE(sent.text.find("; "), std::string::npos) << "no next step: " << sent.text;
}

}  // namespace leftfold::test_http
