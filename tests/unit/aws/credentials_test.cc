// SPDX-License-Identifier: Apache-2.0
// The chain and the sources that need no service: explicit, environment, shared files, processes.
#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

class AwsCredentials : public AwsCase {};

TEST_F(AwsCredentials, NoneSaysWhatWasTriedAndWhyItGaveNothing) {
  expect_error([&] { get(); }, Errc::invalid_config,
               {"environment: AWS_ACCESS_KEY_ID is not set", "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set",
                "shared files: profile default is not in", "/.aws/credentials", "container: neither",
                "instance: AWS_EC2_METADATA_DISABLED is true", "; set AWS_ACCESS_KEY_ID"});
}

TEST_F(AwsCredentials, ExplicitOnesWin) {
  environment["AWS_ACCESS_KEY_ID"] = "ENV";
  environment["AWS_SECRET_ACCESS_KEY"] = "env secret";
  aws::CredentialsOptions with = options();
  with.fixed = http::Credentials{"FIXED", "secret", "token", {}};
  EXPECT_EQ(aws::default_credentials(with)->credentials()->access_key_id, "FIXED");
  with.fixed->secret_access_key = "";
  expect_error([&] { static_cast<void>(aws::default_credentials(with)); }, Errc::invalid_argument, {"explicit"});
}

TEST_F(AwsCredentials, TheEnvironmentIsNext) {
  credentials_file("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
  environment["AWS_ACCESS_KEY_ID"] = "ENV";
  environment["AWS_SECRET_ACCESS_KEY"] = "env secret";
  EXPECT_EQ(get().secret_access_key, "env secret");
  EXPECT_EQ(get().session_token, "");
  environment["AWS_SESSION_TOKEN"] = "env token";
  EXPECT_EQ(get().session_token, "env token");
  aws::CredentialsOptions with = options();
  with.profile = "default";  // named by the program
  EXPECT_EQ(aws::default_credentials(with)->credentials()->access_key_id, "FILE");
  environment.erase("AWS_SECRET_ACCESS_KEY");
  expect_error([&] { get(); }, Errc::invalid_config, {"AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"});
  environment.erase("AWS_ACCESS_KEY_ID");
  environment["AWS_SECRET_ACCESS_KEY"] = "x";
  expect_error([&] { get(); }, Errc::invalid_config, {"AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID"});
}

TEST_F(AwsCredentials, TheSharedFilesAreReadTogether) {
  config(
      "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = c\naws_session_token = of config\n"
      "[profile only-config]\naws_access_key_id = ONLY\naws_secret_access_key = o\naws_session_token = t\n");
  credentials_file("[default]\naws_access_key_id = FILE\naws_secret_access_key = f\n");
  EXPECT_EQ(get().access_key_id, "FILE");
  EXPECT_EQ(get().session_token, "");
  environment["AWS_PROFILE"] = "only-config";
  EXPECT_EQ(get().access_key_id, "ONLY");
  EXPECT_EQ(get().session_token, "t");
}

TEST_F(AwsCredentials, TheSharedFilesLieInTheHomeFolder) {
  std::filesystem::create_directory(folder.path() / ".aws");
  write(".aws/credentials", "[default]\naws_access_key_id = HOME\naws_secret_access_key = h\n");
  EXPECT_EQ(get().access_key_id, "HOME");
  environment["AWS_SHARED_CREDENTIALS_FILE"] = "~/.aws/other";
  write(".aws/other", "[default]\naws_access_key_id = OTHER\naws_secret_access_key = h\n");
  EXPECT_EQ(get().access_key_id, "OTHER");
}

TEST_F(AwsCredentials, AProfileThatDoesNotExistIsNamed) {
  environment["AWS_PROFILE"] = "nobody";
  expect_error([&] { get(); }, Errc::invalid_config, {"profile nobody is not in", "AWS_PROFILE"});
}

TEST_F(AwsCredentials, AMalformedFileIsNamedWithItsLine) {
  credentials_file("[default]\naws_access_key_id\n");
  expect_error([&] { get(); }, Errc::invalid_data, {"/credentials:2: "});
}

TEST_F(AwsCredentials, AnIncompleteProfileIsNamed) {
  credentials_file("[default]\naws_access_key_id = A\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"profile default", "aws_secret_access_key"});
  credentials_file("[default]\naws_secret_access_key = A\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"profile default", "aws_access_key_id"});
  credentials_file("[default]\nregion = eu-west-1\n");
  expect_error([&] { get(); }, Errc::invalid_config, {"profile default has no keys"});
  config("[default]\nsso_session = s\n");
  expect_error([&] { get(); }, Errc::unsupported, {"export-credentials"});
}

TEST_F(AwsCredentials, AProcessGivesThem) {
  config(
      "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"'\"$WHO\"'\",\"SecretAccessKey\":\"s\","
      "\"SessionToken\":\"t\",\"Expiration\":\"2030-01-01T03:30:00.123456+02:00\"}'\n");
  environment["WHO"] = "PROCESS";
  const http::Credentials keys = get();
  EXPECT_EQ(keys.access_key_id, "PROCESS");
  EXPECT_EQ(keys.session_token, "t");
  EXPECT_EQ(keys.expires, at("2030-01-01T01:30") + 123ms);
}

TEST_F(AwsCredentials, AProcessThatGivesNoneIsNamed) {
  const auto error_of = [&](const std::string& command, Errc code, const char* part) {
    config("[default]\ncredential_process = " + command + "\n");
    expect_error([&] { get(); }, code, {"credential_process of profile default", part});
  };
  error_of("exit 3", Errc::permission_denied, "exit status 3");
  error_of("kill -9 $$", Errc::permission_denied, "signal 9");
  error_of("/no/such/program", Errc::permission_denied, "exit status 127");
  error_of("echo nonsense", Errc::invalid_data, "JSON");
  error_of("echo '{\"Version\":2,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\"}'", Errc::invalid_data, "must be 1");
  error_of("echo '{\"Version\":1,\"AccessKeyId\":\"a\"}'", Errc::invalid_data, "SecretAccessKey");
  error_of("echo '{\"Version\":1,\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"Expiration\":\"soon\"}'",
           Errc::invalid_data, "\"soon\" is no time");
  error_of("head -c 100000 /dev/zero", Errc::invalid_data, "64 KB");
}

TEST_F(AwsCredentials, AStopKillsAProcess) {
  const std::string ready = (folder.path() / "ready").string();
  const std::string command = "mkfifo " + ready + "2; echo > " + ready + "; cat " + ready + "2";
  ASSERT_EQ(mkfifo(ready.c_str(), 0600), 0);
  config("[default]\ncredential_process = " + command + "\n");
  std::stop_source stop;
  const std::jthread stopper{[&] {
    std::string line;
    std::getline(std::ifstream{ready} >> std::ws, line);  // the process runs
    stop.request_stop();
  }};
  const auto source = aws::default_credentials(options());
  expect_error([&] { static_cast<void>(source->credentials(stop.get_token())); }, Errc::stopped,
               {"credential_process"});
}

TEST_F(AwsCredentials, WhatAProcessPrintedWronglyIsNotShown) {
  for (const char* printed : {R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":Sesame42})",
                              R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","SessionToken":42424242})",
                              R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":"s"Sesame42"})", "Sesame42"}) {
    config(std::string{"[default]\ncredential_process = echo '"} + printed + "'\n");
    try {
      get();
      ADD_FAILURE() << printed;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_data) << error.what();
      EXPECT_EQ(std::string{error.what()}.find("42"), std::string::npos) << error.what();
    }
  }
}

TEST_F(AwsCredentials, OnesThatAreExpiredAlreadyAreAnError) {
  config(
      "[default]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"OLD\",\"SecretAccessKey\":\"s\","
      "\"Expiration\":\"2029-12-31T23:59:59Z\"}'\n");
  expect_error([&] { get(); }, Errc::permission_denied,
               {"OLD expired at 2029-12-31T23:59:59.000Z", "it is 2030-01-01T00:00:00.000Z", "clock"});
}

}  // namespace
}  // namespace leftfold::test_aws
