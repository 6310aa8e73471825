// SPDX-License-Identifier: Apache-2.0
// Regions and endpoints by AWS's rules.
#include "aws/endpoint.h"
#include "aws/http_options.h"

#include <gtest/gtest.h>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

class AwsEndpoint : public AwsCase {
 protected:
  [[nodiscard]] std::string url(std::string_view service = "dynamodb",
                                const std::string& region = "eu-central-1") const {
    return aws::resolve_endpoint(service, {.environment = environment, .region = region}).url;
  }
  [[nodiscard]] std::string region() const { return aws::resolve_region({.environment = environment}); }
};

TEST_F(AwsEndpoint, RegionsComeInAwsOrder) {
  config("[default]\nregion = eu-west-3\n[profile p]\nregion = eu-north-1\n");
  EXPECT_EQ(region(), "eu-west-3");
  environment["AWS_PROFILE"] = "p";
  EXPECT_EQ(region(), "eu-north-1");
  environment["AWS_DEFAULT_REGION"] = "eu-west-2";
  EXPECT_EQ(region(), "eu-west-2");
  environment["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(region(), "eu-west-1");
  EXPECT_EQ(aws::resolve_region({.environment = environment, .region = "us-east-2"}), "us-east-2");
}

TEST_F(AwsEndpoint, TheInstanceKnowsItsRegion) {
  HttpServer instance{[](const HttpReceived& received) {
    if (received.method == "PUT") return HttpReply{.body = "the token"};
    const bool good = received.target == "/latest/meta-data/placement/region" &&
                      received.header("x-aws-ec2-metadata-token") == "the token";
    return good ? HttpReply{.body = "ap-south-1"} : HttpReply{.status = 404};
  }};
  environment.erase("AWS_EC2_METADATA_DISABLED");
  environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.url("/");
  EXPECT_EQ(region(), "ap-south-1");
}

TEST_F(AwsEndpoint, NoRegionSaysWhatWasTried) {
  expect_error(
      [&] { static_cast<void>(region()); }, Errc::invalid_config,
      {"AWS_REGION", "AWS_DEFAULT_REGION", "profile default", "/.aws/config", "AWS_EC2_METADATA_DISABLED is true"});
  environment.erase("AWS_EC2_METADATA_DISABLED");
  environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:" + std::to_string(test_support::closed_port());
  expect_error([&] { static_cast<void>(region()); }, Errc::invalid_config, {"/latest/api/token"});
}

TEST_F(AwsEndpoint, ARegionThatIsNoneIsNamed) {
  environment["AWS_REGION"] = "evil.example.org/";
  expect_error([&] { static_cast<void>(region()); }, Errc::invalid_config, {"AWS_REGION: \"evil.example.org/\""});
}

TEST_F(AwsEndpoint, IsComputedForThePartition) {
  EXPECT_EQ(url(), "https://dynamodb.eu-central-1.amazonaws.com");
  EXPECT_EQ(url("streams.dynamodb"), "https://streams.dynamodb.eu-central-1.amazonaws.com");
  EXPECT_EQ(url("sts"), "https://sts.eu-central-1.amazonaws.com");
  EXPECT_EQ(url("dynamodb", "cn-north-1"), "https://dynamodb.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url("dynamodb", "us-gov-west-1"), "https://dynamodb.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(url("dynamodb", "us-iso-east-1"), "https://dynamodb.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(url("dynamodb", "xx-new-1"), "https://dynamodb.xx-new-1.amazonaws.com");
  EXPECT_EQ(url("dynamodb", "local"), "http://localhost:8000");
}

TEST_F(AwsEndpoint, DualStackAndFipsAgreeWithTheRulesOfBotocore) {
  environment["AWS_USE_FIPS_ENDPOINT"] = "true";
  EXPECT_EQ(url("dynamodb", "us-east-1"), "https://dynamodb-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(url("streams.dynamodb", "us-east-1"), "https://streams.dynamodb-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(url("dynamodb", "us-gov-west-1"), "https://dynamodb.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(url("sts", "us-gov-west-1"), "https://sts.us-gov-west-1.amazonaws.com");
  environment["AWS_USE_DUALSTACK_ENDPOINT"] = "TRUE";
  EXPECT_EQ(url("dynamodb", "us-gov-west-1"), "https://dynamodb-fips.us-gov-west-1.api.aws");
  EXPECT_EQ(url("streams.dynamodb", "us-east-1"), "https://streams-dynamodb-fips.us-east-1.api.aws");
  environment["AWS_USE_FIPS_ENDPOINT"] = "false";
  EXPECT_EQ(url("dynamodb", "cn-north-1"), "https://dynamodb.cn-north-1.api.amazonwebservices.com.cn");
  EXPECT_EQ(url("streams.dynamodb", "us-east-1"), "https://streams-dynamodb.us-east-1.api.aws");
  environment.erase("AWS_USE_DUALSTACK_ENDPOINT");
  environment.erase("AWS_USE_FIPS_ENDPOINT");
  config("[default]\nuse_dualstack_endpoint = true\n");
  EXPECT_EQ(url(), "https://dynamodb.eu-central-1.api.aws");
}

TEST_F(AwsEndpoint, GivenOnesComeInAwsOrder) {
  config(
      "[default]\nendpoint_url = http://profile:1\nservices = mine\n[services mine]\ndynamodb =\n  endpoint_url = "
      "http://services:2\ndynamodb_streams =\n  endpoint_url = http://streams:3\n");
  EXPECT_EQ(url("sts"), "http://profile:1");
  EXPECT_EQ(url(), "http://services:2");
  EXPECT_EQ(url("streams.dynamodb"), "http://streams:3");
  environment["AWS_ENDPOINT_URL"] = "http://all:4/";
  EXPECT_EQ(url(), "http://all:4");
  EXPECT_EQ(url("sts"), "http://all:4");
  environment["AWS_ENDPOINT_URL_DYNAMODB"] = "https://table:5/prefix/";
  environment["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] = "http://streams:6";
  EXPECT_EQ(url(), "https://table:5/prefix");
  EXPECT_EQ(url("streams.dynamodb"), "http://streams:6");
  const aws::EndpointOptions explicitly{
      .environment = environment, .region = "eu-west-1", .endpoint_url = "http://mine:7"};
  const aws::Endpoint endpoint = aws::resolve_endpoint("dynamodb", explicitly);
  EXPECT_EQ(endpoint.url, "http://mine:7");
  EXPECT_EQ(endpoint.region, "eu-west-1");
  EXPECT_TRUE(endpoint.custom);
  environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(url(), "https://dynamodb.eu-central-1.amazonaws.com");
  EXPECT_FALSE(aws::resolve_endpoint("dynamodb", {.environment = environment, .region = "eu-west-1"}).custom);
}

TEST_F(AwsEndpoint, WhatIsMalformedIsNamed) {
  const auto error_of = [&](const char* variable, const char* value, const char* part) {
    Environment with = environment;
    with[variable] = value;
    expect_error(
        [&] { static_cast<void>(aws::resolve_endpoint("dynamodb", {.environment = with, .region = "eu-west-1"})); },
        Errc::invalid_config, {variable, part});
  };
  error_of("AWS_ENDPOINT_URL_DYNAMODB", "localhost:8000", "http://host:port");
  error_of("AWS_ENDPOINT_URL", "http://", "http://host:port");
  error_of("AWS_ENDPOINT_URL", "http://h/?x=1", "http://host:port");
  error_of("AWS_USE_FIPS_ENDPOINT", "yes", "\"yes\"");
  environment["AWS_ENDPOINT_URL"] = "http://localhost:8000";
  error_of("AWS_USE_FIPS_ENDPOINT", "true", "exclude each other");
  error_of("AWS_USE_DUALSTACK_ENDPOINT", "true", "exclude each other");
}

TEST_F(AwsEndpoint, TheOptionsOfTheClientComeFromTheEnvironment) {
  config("[default]\nca_bundle = /profile.pem\n");
  environment["AWS_CA_BUNDLE"] = "/ca.pem";
  environment["HTTPS_PROXY"] = "http://proxy:1";
  const http::ClientOptions client = aws::http_options(environment);
  EXPECT_EQ(client.ca_bundle, "/ca.pem");
  EXPECT_EQ(client.proxies.https, "http://proxy:1");
}

TEST_F(AwsEndpoint, TheProfileMayNameTheAuthoritiesToTrust) {
  EXPECT_EQ(aws::http_options(environment).ca_bundle, "");
  config("[default]\nca_bundle = /one.pem\n[profile other]\nca_bundle = /other.pem\n[profile none]\n");
  EXPECT_EQ(aws::http_options(environment).ca_bundle, "/one.pem");
  EXPECT_EQ(aws::http_options(environment, "other").ca_bundle, "/other.pem");
  EXPECT_EQ(aws::http_options(environment, "none").ca_bundle, "");
  environment["AWS_PROFILE"] = "other";
  EXPECT_EQ(aws::http_options(environment).ca_bundle, "/other.pem");
}

TEST(AwsEnvironment, IsThatOfTheProcess) {
  const Environment environment = aws::process_environment();
  EXPECT_FALSE(aws::value_of(environment, "PATH").empty());
  EXPECT_EQ(aws::value_of(environment, "LEFTFOLD_NO_SUCH_VARIABLE"), "");
}

}  // namespace
}  // namespace leftfold::test_aws
