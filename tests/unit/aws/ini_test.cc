// SPDX-License-Identifier: Apache-2.0
// AWS's configuration format.
#include "aws/ini.h"

#include <gtest/gtest.h>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

using aws::IniSection;
using aws::IniValues;
using aws::parse_ini;

TEST(AwsIni, ReadsSectionsKeysAndComments) {
  const auto sections = parse_ini(
      "# a comment\r\n\n[default]\nregion=eu-west-1\n; another\nAWS_Access_Key_Id = A K # not a comment\n"
      "[ profile   two ] # comment\nempty =\nurl = a=b\n[default]\nregion = eu-west-2",
      "f");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections.at("default").values,
            (IniValues{{"region", "eu-west-2"}, {"aws_access_key_id", "A K # not a comment"}}));
  EXPECT_EQ(sections.at("profile two").values, (IniValues{{"empty", ""}, {"url", "a=b"}}));
}

TEST(AwsIni, ReadsNestedKeys) {
  const auto sections = parse_ini(
      "[services s]\ndynamodb =\n  endpoint_url = http://a\n\tother=1\nsts = \n  endpoint_url = http://b\nlong = 1\n  "
      "2\n",
      "f");
  const IniSection& section = sections.at("services s");
  EXPECT_EQ(section.nested.at("dynamodb"), (IniValues{{"endpoint_url", "http://a"}, {"other", "1"}}));
  EXPECT_EQ(section.nested.at("sts"), (IniValues{{"endpoint_url", "http://b"}}));
  EXPECT_EQ(section.values.at("long"), "1\n2");
}

TEST(AwsIni, SaysWhichLineIsWrongAndNotWhatItHolds) {
  const auto error_of = [](const char* text, const char* place) {
    expect_error([&] { static_cast<void>(parse_ini(text, "/f")); }, Errc::invalid_data, {place, "; correct the line"});
  };
  error_of("[default\n", "/f:1: ");
  error_of("region = x\n", "/f:1: ");
  error_of("[default]\nregion = x\nnonsense\n", "/f:3: ");
  error_of("[default]\n= x\n", "/f:2: ");
  error_of("[default]\n  region = x\n", "/f:2: ");
  try {
    static_cast<void>(parse_ini("[default]\nsec-ret", "/f"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string{error.what()}.find("sec-ret"), std::string::npos);
  }
}

TEST(AwsIni, AnEmptyTextAndAByteOrderMarkAreFine) {
  EXPECT_TRUE(parse_ini("", "f").empty());
  EXPECT_EQ(parse_ini("\xEF\xBB\xBF[default]\na=1", "f").at("default").values.at("a"), "1");
}

}  // namespace
}  // namespace leftfold::test_aws
