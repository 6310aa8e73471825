// SPDX-License-Identifier: Apache-2.0
// Headers, addresses, and what of them may be shown.
#include "http/request.h"

#include <gtest/gtest.h>

#include <string>

#include "http/client_options.h"
#include "http/url.h"

namespace leftfold::http {
namespace {

TEST(HttpRequest, HeaderNamesCompareInAnyCase) {
  std::vector<Header> headers{{"Content-Type", "a"}, {"X", "1"}, {"content-type", "b"}};
  EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "Content"), std::nullopt);
  set_header(headers, "content-TYPE", "c");
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0].value, "c");
  set_header(headers, "New", "n");
  EXPECT_EQ(headers.back().value, "n");
}

TEST(HttpRequest, ShowsNoSecret) {
  const Request request{.method = "POST",
                        .url = "https://user:pass-word@host:8443/path?X-Amz-Signature=sig-nature&flag#frag-ment",
                        .headers = {{"Authorization", "AWS4 sec-ret"},
                                    {"X-Amz-Security-Token", "tok-en"},
                                    {"Cookie", "coo-kie"},
                                    {"X-Unknown", "un-known"},
                                    {"X-Amz-Target", "DynamoDB_20120810.PutItem"}},
                        .body = "bo-dy"};
  const std::string shown = redacted(request);
  EXPECT_EQ(
      shown,
      "POST https://host:8443/path?X-Amz-Signature=(hidden)&flag; Authorization: (hidden); X-Amz-Security-Token: "
      "(hidden); Cookie: (hidden); X-Unknown: (hidden); X-Amz-Target: DynamoDB_20120810.PutItem; body of 5 bytes");
}

TEST(HttpUrl, SplitsIntoParts) {
  const UrlParts url = split_url("https://u:p@Host:1/a/b?c=d?e#f");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "Host:1");
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "c=d?e");
  EXPECT_EQ(split_url("http://h?q").query, "q");
  EXPECT_EQ(split_url("http://h/p@x").host, "h");
  EXPECT_EQ(split_url("http://[::1]:8000/x").host, "[::1]:8000");
  EXPECT_EQ(split_url("nonsense").scheme, "");
  EXPECT_EQ(redacted_url("http://h"), "http://h/");
}

TEST(HttpUrl, TheHostHeaderOmitsThePortOfTheScheme) {
  EXPECT_EQ(host_header(split_url("https://HOST:443/")), "host");
  EXPECT_EQ(host_header(split_url("http://host:80/")), "host");
  EXPECT_EQ(host_header(split_url("http://host:443/")), "host:443");
  EXPECT_EQ(host_header(split_url("https://host:4443/")), "host:4443");
}

TEST(HttpProxies, ComeFromTheEnvironment) {
  const Proxies lower = proxies_from({{"http_proxy", "http://a"},
                                      {"https_proxy", "http://b"},
                                      {"HTTPS_PROXY", "http://c"},
                                      {"no_proxy", "x"},
                                      {"NO_PROXY", "y"}});
  EXPECT_EQ(lower.http, "http://a");
  EXPECT_EQ(lower.https, "http://b");
  EXPECT_EQ(lower.no_proxy, "x");
  const Proxies upper =
      proxies_from({{"HTTP_PROXY", "http://a"}, {"ALL_PROXY", "http://d"}, {"NO_PROXY", "y"}, {"no_proxy", ""}});
  EXPECT_EQ(upper.http, "http://d");  // HTTP_PROXY is the request header "Proxy" in a CGI program
  EXPECT_EQ(upper.https, "http://d");
  EXPECT_EQ(upper.no_proxy, "y");
}

}  // namespace
}  // namespace leftfold::http
