// SPDX-License-Identifier: Apache-2.0
// Credentials of containers and instances, from local fakes of their endpoints.
#include <gtest/gtest.h>

#include <string>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

class AwsContainer : public AwsCase {
 protected:
  AwsContainer() { environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url("/v1/keys?id=secret"); }

  ChangingReply answer =
      HttpReply{.body = R"({"RoleArn":"arn","AccessKeyId":"CONTAINER","SecretAccessKey":"secret","Token":"token",)"
                        R"("Expiration":"2030-01-01T06:00:00Z"})"};
  HttpServer container{[this](const HttpReceived&) { return answer.get(); }};
};

TEST_F(AwsContainer, GivesThemAtTheFullAddress) {
  const http::Credentials keys = get();
  EXPECT_EQ(keys.access_key_id, "CONTAINER");
  EXPECT_EQ(keys.session_token, "token");
  EXPECT_EQ(keys.expires, at("2030-01-01T06:00"));
  EXPECT_EQ(container.requests().at(0).target, "/v1/keys?id=secret");
  EXPECT_FALSE(container.requests().at(0).headers.contains("authorization"));
}

TEST_F(AwsContainer, ARelativeAddressGoesFirst) {
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/uuid";
  aws::CredentialsOptions with = options();
  with.container_host = container.url();
  EXPECT_EQ(aws::default_credentials(with)->credentials()->access_key_id, "CONTAINER");
  EXPECT_EQ(container.requests().at(0).target, "/v2/credentials/uuid");
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@example.org/";
  expect_error([&] { get(); }, Errc::invalid_config, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
}

TEST_F(AwsContainer, TheAuthorizationTokenIsSentAndItsFileReadAnew) {
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
  get();
  EXPECT_EQ(container.requests().back().header("authorization"), "Basic abc");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write("token", "first\n");
  const auto source = aws::default_credentials(options());
  const auto keys = source->credentials();
  EXPECT_EQ(container.requests().back().header("authorization"), "first");
  write("token", "second");
  source->refused(keys);
  EXPECT_NE(source->credentials(), keys);
  EXPECT_EQ(container.requests().back().header("authorization"), "second");
  write("token", "a\nb");
  expect_error([&] { get(); }, Errc::invalid_config, {"line end"});
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/no/such/token";
  expect_error([&] { get(); }, Errc::not_found, {"/no/such/token"});
}

TEST_F(AwsContainer, KeysGoOverPlainHttpOnlyInsideTheMachine) {
  for (const char* foreign :
       {"http://example.org/x", "http://169.254.170.2.example.org/x", "http://127.0.0.1.example.org/",
        "http://localhost@example.org/", "ftp://localhost/", "localhost"}) {
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = foreign;
    expect_error([&] { get(); }, Errc::invalid_config, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "neither https"});
  }
}

TEST_F(AwsContainer, AFailureEndsTheSearchAndIsNamed) {
  answer = {.status = 403};
  expect_error([&] { get(); }, Errc::permission_denied, {"container: ", "status 403", "/v1/keys"});
  answer = {.status = 500};
  expect_error([&] { get(); }, Errc::unavailable, {"status 500", "try again"});
  EXPECT_EQ(container.requests().size(), 4U);
  answer = {.fault = HttpReply::Fault::reset};
  expect_error([&] { get(); }, Errc::unavailable, {"container: "});
  answer = {.body = "{\"AccessKeyId\":"};
  expect_error([&] { get(); }, Errc::invalid_data, {"JSON"});
  answer = {.body = R"({"AccessKeyId":"","SecretAccessKey":"s"})"};
  expect_error([&] { get(); }, Errc::invalid_data, {"no AccessKeyId"});
  answer = {.body = std::string(100'000, ' ')};
  expect_error([&] { get(); }, Errc::unavailable, {"bigger than"});
}

class AwsInstance : public AwsCase {
 protected:
  AwsInstance() {
    environment.erase("AWS_EC2_METADATA_DISABLED");
    environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.url();
  }

  HttpReply reply(const HttpReceived& received) {
    if (received.method == "PUT" && received.target == "/latest/api/token") {
      const bool good = received.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600";
      return good ? token.get() : HttpReply{.status = 400};
    }
    if (received.header("x-aws-ec2-metadata-token") != "the token") return {.status = 401};
    if (received.target == "/latest/meta-data/iam/security-credentials/") return role.get();
    if (received.target == "/latest/meta-data/iam/security-credentials/shop-role") return keys.get();
    return {.status = 404};
  }

  ChangingReply token = HttpReply{.body = "the token"};
  ChangingReply role = HttpReply{.body = "shop-role"};
  ChangingReply keys = HttpReply{.body = metadata_answer("INSTANCE")};
  HttpServer instance{[this](const HttpReceived& received) { return reply(received); }};
};

TEST_F(AwsInstance, GivesThemByVersionTwo) {
  const http::Credentials found = get();
  EXPECT_EQ(found.access_key_id, "INSTANCE");
  EXPECT_EQ(found.expires, at("2030-01-01T01:00"));
  EXPECT_EQ(instance.requests().size(), 3U);
  EXPECT_EQ(instance.connections(), 1);
}

TEST_F(AwsInstance, TheAddressMayStandInTheProfile) {
  environment.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  config("[default]\nec2_metadata_service_endpoint = " + instance.url() + "\n");
  EXPECT_EQ(get().access_key_id, "INSTANCE");
}

TEST_F(AwsInstance, OneThatDoesNotAnswerIsOnlyMentioned) {
  token = {.status = 403};
  expect_error([&] { get(); }, Errc::invalid_config, {"no source has any", "instance: PUT", "status 403"});
  token = {.fault = HttpReply::Fault::close};
  expect_error([&] { get(); }, Errc::invalid_config, {"no source has any", "instance: PUT"});
  role = {.status = 404};
  token = {.body = "the token"};
  expect_error([&] { get(); }, Errc::invalid_config, {"instance: GET", "status 404"});
  environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:" + std::to_string(test_support::closed_port());
  expect_error([&] { get(); }, Errc::invalid_config, {"no source has any", "/latest/api/token"});
}

TEST_F(AwsInstance, OneThatFailsIsUnavailable) {
  keys = {.status = 500};
  expect_error([&] { get(); }, Errc::unavailable, {"instance: ", "status 500"});
  keys = {.fault = HttpReply::Fault::reset};
  expect_error([&] { get(); }, Errc::unavailable, {"instance: "});
  keys = {.body = R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})"};
  expect_error([&] { get(); }, Errc::permission_denied, {"AssumeRoleUnauthorizedAccess EC2 cannot"});
  keys = {.body = "<html>"};
  expect_error([&] { get(); }, Errc::invalid_data, {"role shop-role"});
  keys = {.body = metadata_answer("OLD", "2029-12-31T00:00:00Z")};
  expect_error([&] { get(); }, Errc::permission_denied, {"OLD expired"});
}

TEST_F(AwsInstance, MalformedVariablesAreNamed) {
  environment["AWS_EC2_METADATA_DISABLED"] = "maybe";
  expect_error([&] { get(); }, Errc::invalid_config, {"AWS_EC2_METADATA_DISABLED", "maybe"});
  environment["AWS_EC2_METADATA_DISABLED"] = "false";
  environment["AWS_METADATA_SERVICE_TIMEOUT"] = "0";
  expect_error([&] { get(); }, Errc::invalid_config, {"AWS_METADATA_SERVICE_TIMEOUT"});
  environment.erase("AWS_METADATA_SERVICE_TIMEOUT");
  environment.erase("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv5";
  expect_error([&] { get(); }, Errc::invalid_config, {"IPv5"});
}

}  // namespace
}  // namespace leftfold::test_aws
