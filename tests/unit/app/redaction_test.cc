// SPDX-License-Identifier: Apache-2.0
// What of the configuration may be shown.
#include <gtest/gtest.h>

#include "app/redaction.h"
#include "app/setting_spec.h"

namespace leftfold {
namespace {

TEST(Redaction, HidesWhatIsSecret) {
  for (const char* name :
       {"kafka.properties.sasl.password", "kafka.properties.ssl.key.password", "kafka.properties.ssl.key.pem",
        "kafka.properties.ssl.keystore.password", "kafka.properties.sasl.oauthbearer.client.secret",
        "kafka.properties.sasl.oauthbearer.config", "sasl.jaas.config", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "SASL.PASSWORD"}) {
    EXPECT_EQ(app::redacted(name, "hush"), "set") << name;
  }
  EXPECT_EQ(app::redacted("AWS_SESSION_TOKEN", ""), "");
}

TEST(Redaction, ShowsTheRest) {
  EXPECT_EQ(app::redacted("kafka.properties.security.protocol", "ssl"), "ssl");
  EXPECT_EQ(app::redacted("kafka.properties.ssl.key.location", "/etc/key.pem"), "/etc/key.pem");
  EXPECT_EQ(app::redacted("store", "sqlite:shop.db"), "sqlite:shop.db");
  for (const app::SettingSpec& spec : app::setting_specs()) EXPECT_FALSE(app::is_secret(spec.name)) << spec.name;
}

TEST(Redaction, HidesThePasswordOfAnAddress) {
  EXPECT_EQ(app::redacted("DYNAMODB_URL", "http://me:hush@host:8000/x"), "http://me:set@host:8000/x");
  EXPECT_EQ(app::redacted("DYNAMODB_URL", "http://me:hu@sh@host"), "http://me:set@host");
  EXPECT_EQ(app::redacted("DYNAMODB_URL", "http://host:8000/a@b:c"), "http://host:8000/a@b:c");
  EXPECT_EQ(app::redacted("DYNAMODB_URL", "http://me@host:8000"), "http://me@host:8000");
  EXPECT_EQ(app::redacted("proxy", "http://me:hu/sh@host"), "http://me:set@host");
  EXPECT_EQ(app::redacted("url", "http://me:@host"), "http://me:@host");
}

TEST(Redaction, HidesThePasswordOfEachAddress) {
  EXPECT_EQ(app::redacted("kafka.brokers", "SSL://a:hush@h1:9092,SSL://b:hu,sh@h2:9092,SSL://h3:9092"),
            "SSL://a:set@h1:9092,SSL://b:set@h2:9092,SSL://h3:9092");
  EXPECT_EQ(app::without_passwords("brokers is \"ssl://a:hush@h\" (file me@home.toml:3); use HOST:PORT"),
            "brokers is \"ssl://a:set@h\" (file me@home.toml:3); use HOST:PORT");
  EXPECT_EQ(app::without_passwords("://"), "://");
}

}  // namespace
}  // namespace leftfold
