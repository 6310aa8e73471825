// SPDX-License-Identifier: Apache-2.0
// Signatures agree with those botocore computed (make_sigv4_vectors.py).
#include "http/sigv4.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/reflect.h>

namespace leftfold::http {

struct Repeated {
  std::string letter;
  std::size_t count = 0;
};

struct Vector {
  std::string name;
  std::string method;
  std::string url;
  std::vector<Header> headers;
  std::string body;
  std::optional<Repeated> body_of;
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::int64_t seconds = 0;
  std::string region;
  std::string service;
  std::string date;
  std::string authorization;
};

struct Vectors {
  std::vector<Vector> vectors;
};

namespace {

std::vector<Vector> vectors() {
  std::ifstream file{SIGV4_VECTORS};
  return from_json<Vectors>(std::string{std::istreambuf_iterator<char>{file}, {}}).vectors;
}

Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

Request request_of(const Vector& vector) {
  Request request{.method = vector.method, .url = vector.url, .headers = vector.headers, .body = vector.body};
  if (vector.body_of) request.body = std::string(vector.body_of->count, vector.body_of->letter.at(0));
  return request;
}

Credentials credentials_of(const Vector& vector) {
  return {vector.access_key_id, vector.secret_access_key, vector.session_token, {}};
}

Request put() {
  return {.method = "POST", .url = "https://dynamodb.eu-central-1.amazonaws.com/", .headers = {}, .body = "{}"};
}

std::string authorization(const Signer& signer, Request request, const Credentials& credentials, Timestamp now) {
  signer.sign(request, credentials, now);
  return std::string{find_header(request.headers, "Authorization").value_or("none")};
}

TEST(SigV4, AgreesWithBotocore) {
  const std::vector<Vector> all = vectors();
  ASSERT_GT(all.size(), 20U);
  for (const Vector& vector : all) {
    SCOPED_TRACE(vector.name);
    Request request = request_of(vector);
    Signer{vector.region, vector.service}.sign(request, credentials_of(vector), at(vector.seconds));
    EXPECT_EQ(find_header(request.headers, "x-amz-date"), vector.date);
    EXPECT_EQ(find_header(request.headers, "authorization"), vector.authorization);
    EXPECT_EQ(find_header(request.headers, "x-amz-security-token").value_or(""), vector.session_token);
  }
}

TEST(SigV4, OneSignerServesManyDaysAndKeys) {
  const Signer signer{"eu-central-1", "dynamodb"};
  for (int round = 0; round < 2; ++round) {
    for (const Vector& vector : vectors()) {
      if (vector.region != signer.region() || vector.service != signer.service()) continue;
      EXPECT_EQ(authorization(signer, request_of(vector), credentials_of(vector), at(vector.seconds)),
                vector.authorization)
          << vector.name;
    }
  }
  const Credentials one{"A", "secret one", "", {}};
  const Credentials two{"A", "secret two", "", {}};
  EXPECT_NE(authorization(signer, put(), one, at(0)), authorization(signer, put(), two, at(0)));
}

TEST(SigV4, SigningAgainReplacesWhatWasSigned) {
  const Signer signer{"eu-central-1", "dynamodb"};
  Request request = put();
  signer.sign(request, {"A", "secret", "a token", {}}, at(100));
  signer.sign(request, {"B", "other", "", {}}, at(200'000));
  EXPECT_EQ(find_header(request.headers, "Authorization"),
            authorization(signer, put(), {"B", "other", "", {}}, at(200'000)));
  EXPECT_EQ(find_header(request.headers, "X-Amz-Security-Token"), std::nullopt);
  EXPECT_EQ(request.headers.size(), 2U);
}

TEST(SigV4, CharactersThatShouldBeEncodedAreSignedAsIfTheyWere) {
  const Signer signer{"us-east-1", "sts"};
  const Credentials credentials{"A", "secret", "", {}};
  Request bare = put();
  bare.url += "?a=(1)*'&b=/:+";
  Request encoded = put();
  encoded.url += "?a=%281%29%2a%27&b=%2F%3A%2B";
  EXPECT_EQ(authorization(signer, bare, credentials, at(0)), authorization(signer, encoded, credentials, at(0)));
  Request broken = put();
  broken.url += "?a=%zz%4";  // no escapes: the percent signs are characters
  Request escaped = put();
  escaped.url += "?a=%25zz%254";
  EXPECT_EQ(authorization(signer, broken, credentials, at(0)), authorization(signer, escaped, credentials, at(0)));
}

TEST(SigV4, ManyThreadsShareASigner) {
  const Signer signer{"eu-central-1", "dynamodb"};
  const Credentials credentials{"A", "secret", "", {}};
  const std::vector<std::string> expected{authorization(signer, put(), credentials, at(0)),
                                          authorization(signer, put(), credentials, at(86'400))};
  std::vector<std::jthread> threads;
  std::vector<int> wrong(4);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t n = 0; n < 500; ++n) {
        const std::size_t day = (n + i) % 2;
        if (authorization(signer, put(), credentials, at(static_cast<std::int64_t>(day) * 86'400)) != expected[day])
          ++wrong[i];
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(SigV4, AnAddressWithoutAHostIsRefused) {
  Request request{.method = "GET", .url = "/path"};
  try {
    Signer{"r", "s"}.sign(request, {"A", "secret", "", {}}, at(0));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace leftfold::http
