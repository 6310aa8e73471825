// SPDX-License-Identifier: Apache-2.0
// Roles, assumed at a local fake of STS.
#include <gtest/gtest.h>

#include <string>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

// "&Name=value" of a form's body, still encoded.
std::string form_value(const HttpReceived& received, const std::string& name) {
  const std::string body = "&" + received.body + "&";
  const auto start = body.find("&" + name + "=");
  if (start == std::string::npos) return "(none)";
  const auto value = start + name.size() + 2;
  return body.substr(value, body.find('&', value) - value);
}

class AwsRole : public AwsCase {
 protected:
  AwsRole() { environment["AWS_ENDPOINT_URL_STS"] = sts.url(); }

  ChangingReply answer = HttpReply{.body = sts_answer("ROLE")};
  HttpServer sts{[this](const HttpReceived&) { return answer.get(); }};
};

TEST_F(AwsRole, AWebIdentityIsExchanged) {
  environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = write("token", "one.two/three=\n");
  environment["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/shop";
  environment["AWS_ROLE_SESSION_NAME"] = "session";
  const http::Credentials keys = get();
  EXPECT_EQ(keys.access_key_id, "ROLE");
  EXPECT_EQ(keys.secret_access_key, "sec&ret");
  EXPECT_EQ(keys.session_token, "to+ken==");
  EXPECT_EQ(keys.expires, at("2030-01-01T01:00"));
  const HttpReceived received = sts.requests().at(0);
  EXPECT_EQ(received.method, "POST");
  EXPECT_EQ(received.target, "/");
  EXPECT_EQ(received.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_FALSE(received.headers.contains("authorization"));
  EXPECT_EQ(form_value(received, "Action"), "AssumeRoleWithWebIdentity");
  EXPECT_EQ(form_value(received, "Version"), "2011-06-15");
  EXPECT_EQ(form_value(received, "RoleArn"), "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fshop");
  EXPECT_EQ(form_value(received, "RoleSessionName"), "session");
  EXPECT_EQ(form_value(received, "WebIdentityToken"), "one.two%2Fthree%3D");
}

TEST_F(AwsRole, AnIncompleteWebIdentityIsNamed) {
  environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = (folder.path() / "absent").string();
  expect_error([&] { get(); }, Errc::invalid_config, {"without AWS_ROLE_ARN"});
  environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
  expect_error([&] { get(); }, Errc::not_found, {"web identity: ", "/absent"});
}

TEST_F(AwsRole, AProfileAssumesARoleWithTheKeysOfAnother) {
  config(
      "[profile app]\nrole_arn = arn:aws:iam::1:role/app\nsource_profile = base\nexternal_id = ex/ternal\n"
      "role_session_name = name\nduration_seconds = 900\nregion = eu-west-1\n");
  credentials_file("[base]\naws_access_key_id = BASE\naws_secret_access_key = b\naws_session_token = base-token\n");
  environment["AWS_PROFILE"] = "app";
  EXPECT_EQ(get().access_key_id, "ROLE");
  const HttpReceived received = sts.requests().at(0);
  EXPECT_EQ(form_value(received, "Action"), "AssumeRole");
  EXPECT_EQ(form_value(received, "ExternalId"), "ex%2Fternal");
  EXPECT_EQ(form_value(received, "DurationSeconds"), "900");
  EXPECT_EQ(form_value(received, "RoleSessionName"), "name");
  EXPECT_NE(received.header("authorization").find("Credential=BASE/20300101/eu-west-1/sts/aws4_request"),
            std::string::npos);
  EXPECT_EQ(received.header("x-amz-security-token"), "base-token");
}

TEST_F(AwsRole, ProfilesFormAChain) {
  config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = c\n"
      "[profile c]\naws_access_key_id = C\naws_secret_access_key = c\n");
  environment["AWS_PROFILE"] = "a";
  EXPECT_EQ(get().access_key_id, "ROLE");
  ASSERT_EQ(sts.requests().size(), 2U);
  EXPECT_EQ(form_value(sts.requests()[0], "RoleArn"), "arn%3Ab");
  EXPECT_NE(sts.requests()[0].header("authorization").find("Credential=C/"), std::string::npos);
  EXPECT_EQ(form_value(sts.requests()[1], "RoleArn"), "arn%3Aa");
  EXPECT_NE(sts.requests()[1].header("authorization").find("Credential=ROLE/"), std::string::npos);
  EXPECT_EQ(sts.requests()[1].header("x-amz-security-token"), "to+ken==");
}

TEST_F(AwsRole, AProfileMayBeItsOwnSource) {
  config("[default]\nrole_arn = arn:a\nsource_profile = default\naws_access_key_id = OWN\naws_secret_access_key = c\n");
  EXPECT_EQ(get().access_key_id, "ROLE");
  EXPECT_NE(sts.requests().at(0).header("authorization").find("Credential=OWN/"), std::string::npos);
}

TEST_F(AwsRole, AProfileAssumesARoleWithAWebIdentity) {
  config("[default]\nrole_arn = arn:a\nweb_identity_token_file = " + write("token", "jwt") + "\n");
  EXPECT_EQ(get().access_key_id, "ROLE");
  EXPECT_EQ(form_value(sts.requests().at(0), "WebIdentityToken"), "jwt");
}

TEST_F(AwsRole, ACredentialSourceGivesTheKeys) {
  HttpServer container{[](const HttpReceived&) { return HttpReply{.body = metadata_answer("CONTAINER")}; }};
  environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url("/keys");
  config("[default]\nrole_arn = arn:a\ncredential_source = EcsContainer\n");
  EXPECT_EQ(get().access_key_id, "ROLE");
  EXPECT_NE(sts.requests().at(0).header("authorization").find("Credential=CONTAINER/"), std::string::npos);
  config("[default]\nrole_arn = arn:a\ncredential_source = Ec2InstanceMetadata\n");
  expect_error([&] { get(); }, Errc::invalid_config,
               {"Ec2InstanceMetadata gives nothing", "AWS_EC2_METADATA_DISABLED"});
  config("[default]\nrole_arn = arn:a\ncredential_source = Nowhere\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"credential_source Nowhere is unknown"});
}

TEST_F(AwsRole, ProfilesThatLeadNowhereAreNamed) {
  environment["AWS_PROFILE"] = "a";
  config("[profile a]\nrole_arn = arn:a\nsource_profile = b\n[profile b]\nrole_arn = arn:b\nsource_profile = a\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"profile b", "source_profile a leads back"});
  config("[profile a]\nrole_arn = arn:a\nsource_profile = z\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"source_profile z does not exist"});
  config("[profile a]\nrole_arn = arn:a\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"not exactly one of"});
  config("[profile a]\nrole_arn = arn:a\nsource_profile = b\ncredential_source = Environment\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"not exactly one of"});
  config("[profile a]\nrole_arn = arn:a\nsource_profile = a\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"its own source_profile"});
  config("[profile a]\nrole_arn = arn:a\nsource_profile = a\nmfa_serial = arn:mfa\n");
  expect_error([&] { get(); }, Errc::unsupported, {"mfa_serial"});
  EXPECT_TRUE(sts.requests().empty());
}

class AwsRoleRefused : public AwsRole {
 protected:
  AwsRoleRefused() {
    config("[default]\nrole_arn = arn:a\nsource_profile = default\naws_access_key_id = A\naws_secret_access_key = c\n");
  }
  static HttpReply refusal(int status, const std::string& code, const std::string& message) {
    return {.status = status,
            .body = "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message +
                    "</Message></Error></ErrorResponse>"};
  }
};

TEST_F(AwsRoleRefused, TheErrorSaysStsOwnWords) {
  answer = refusal(403, "AccessDenied", "User: &quot;x&quot; is not authorized");
  expect_error([&] { get(); }, Errc::permission_denied,
               {"shared files", "role arn:a", "AccessDenied: User: \"x\" is not", "trust policy"});
  answer = refusal(403, "SignatureDoesNotMatch", "Signature expired: 20300101T000000Z is now earlier than");
  expect_error([&] { get(); }, Errc::permission_denied, {"Signature expired", "clock"});
  answer = refusal(400, "ExpiredTokenException", "Token expired");
  expect_error([&] { get(); }, Errc::permission_denied, {"ExpiredTokenException: Token expired"});
}

TEST_F(AwsRoleRefused, WhatMayPassLaterIsUnavailable) {
  answer = refusal(400, "Throttling", "Rate exceeded");
  expect_error([&] { get(); }, Errc::unavailable, {"Throttling"});
  answer = {.status = 503, .body = "down"};
  expect_error([&] { get(); }, Errc::unavailable, {"status 503"});
  answer = {.fault = HttpReply::Fault::reset};
  expect_error([&] { get(); }, Errc::unavailable, {"assuming role arn:a at ", "127.0.0.1"});
  environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:" + std::to_string(test_support::closed_port());
  expect_error([&] { get(); }, Errc::unavailable, {"assuming role arn:a"});
}

TEST_F(AwsRoleRefused, AnAnswerThatDoesNotDecodeIsAnError) {
  answer = {.body = "<html>hello</html>"};
  expect_error([&] { get(); }, Errc::invalid_data, {"no AccessKeyId", "AWS_ENDPOINT_URL_STS"});
  answer = {.body = sts_answer("A", "tomorrow")};
  expect_error([&] { get(); }, Errc::invalid_data, {"\"tomorrow\" is no time"});
  answer = {.body = sts_answer("A&unknown;")};
  expect_error([&] { get(); }, Errc::invalid_data, {"no AccessKeyId"});
  answer = {.body = sts_answer("A", "2029-12-31T23:00:00Z")};
  expect_error([&] { get(); }, Errc::permission_denied, {"A expired at 2029-12-31T23:00:00"});
}

}  // namespace
}  // namespace leftfold::test_aws
