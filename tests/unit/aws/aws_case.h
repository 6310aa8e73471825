// SPDX-License-Identifier: Apache-2.0
// What the tests of credentials, regions and endpoints share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/testing/virtual_clock.h>

#include "aws/credentials.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

namespace leftfold::test_aws {

using namespace std::chrono_literals;
using aws::Environment;
using test_support::ChangingReply;
using test_support::HttpReceived;
using test_support::HttpReply;
using test_support::HttpServer;

// A home folder without AWS's files, and no instance that answers.
class AwsCase : public ::testing::Test {
 protected:
  AwsCase() {
    environment["HOME"] = folder.path().string();
    environment["AWS_EC2_METADATA_DISABLED"] = "true";
    environment["PATH"] = "/usr/bin:/bin";
  }

  std::string write(const std::string& name, const std::string& text) {
    std::string path = (folder.path() / name).string();
    std::ofstream{path} << text;
    return path;
  }
  void config(const std::string& text) { environment["AWS_CONFIG_FILE"] = write("config", text); }
  void credentials_file(const std::string& text) {
    environment["AWS_SHARED_CREDENTIALS_FILE"] = write("credentials", text);
  }

  [[nodiscard]] aws::CredentialsOptions options() { return {.environment = environment, .clock = &clock}; }
  http::Credentials get() { return *aws::default_credentials(options())->credentials(); }

  test_support::TemporaryFolder folder;
  testing::VirtualClock clock;  // 2030-01-01T00:00:00Z
  Environment environment;
};

// The error that `call` throws: its code, and every text in `parts` is part of it.
template <class Call>
void expect_error(Call call, Errc code, std::initializer_list<const char*> parts) {
  try {
    call();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(code)) << error.what();
    const std::string text = error.what();
    for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks " << part;
  }
}

inline Timestamp at(const char* text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  EXPECT_EQ(std::sscanf(text, "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute), 5);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

// The answer of STS, of a metadata service.
inline std::string sts_answer(const std::string& id, const std::string& expiration = "2030-01-01T01:00:00Z") {
  return "<AssumeRoleResponse "
         "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>" +
         id +
         "</AccessKeyId><SecretAccessKey>sec&amp;ret</SecretAccessKey><SessionToken>to+ken==</"
         "SessionToken><Expiration>" +
         expiration + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}
inline std::string metadata_answer(const std::string& id, const std::string& expiration = "2030-01-01T01:00:00Z") {
  return R"({"Code":"Success","LastUpdated":"2030-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":")" + id +
         R"(","SecretAccessKey":"secret","Token":"token","Expiration":")" + expiration + R"("})";
}

}  // namespace leftfold::test_aws
