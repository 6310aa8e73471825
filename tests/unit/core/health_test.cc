// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <stdexcept>

#include <leftfold/error.h>
#include <leftfold/health.h>
#include <leftfold/json_value.h>

namespace leftfold {
namespace {

HealthAnswer fine() { return {}; }
HealthAnswer slow() { return {HealthState::degraded, "slow"}; }
HealthAnswer broken() { throw std::runtime_error{"no answer \xff"}; }

TEST(Health, TellsTheWorstOfItsChecksAndOfEachScope) {
  Health health;
  EXPECT_EQ(health.check().state(), HealthState::ok);
  health.add("a", HealthScope::live, fine).add("b", HealthScope::ready, slow).add("c", HealthScope::told, broken);
  const HealthReport report = health.check();
  EXPECT_EQ(report.state(), HealthState::failed);
  EXPECT_EQ(report.state(HealthScope::live), HealthState::ok);
  EXPECT_EQ(report.state(HealthScope::ready), HealthState::degraded);
  ASSERT_EQ(report.checks.size(), 3U);
  EXPECT_EQ(report.checks[1].answer.text, "slow");
  ASSERT_EQ(health.check(HealthScope::ready).checks.size(), 1U);
  EXPECT_EQ(health.check(HealthScope::ready).checks[0].name, "b");
}

TEST(Health, IsJsonWhateverACheckThrows) {
  Health health;
  health.add("c", HealthScope::told, broken).add("d", HealthScope::ready, []() -> HealthAnswer { throw 1; });
  const Json json = Json::parse(health.check().json());
  EXPECT_EQ(json.at("state").as<std::string>(), "failed");
  const Json& first = json.at("checks").elements().at(0);
  EXPECT_EQ(first.at("name").as<std::string>(), "c");
  EXPECT_EQ(first.at("scope").as<std::string>(), "told");
  EXPECT_EQ(first.at("state").as<std::string>(), "failed");
  EXPECT_EQ(first.at("text").as<std::string>(), "no answer \xEF\xBF\xBD");
  EXPECT_GE(first.at("ms").as<int>(), 0);
  EXPECT_EQ(json.at("checks").elements().at(1).at("state").as<std::string>(), "failed");
}

TEST(Health, RefusesWhatIsNoCheck) {
  Health health;
  health.add("a", HealthScope::live, fine);
  EXPECT_THROW(health.add("a", HealthScope::ready, fine), Error);
  EXPECT_THROW(health.add("", HealthScope::ready, fine), Error);
  EXPECT_THROW(health.add("b", HealthScope::ready, {}), Error);
  EXPECT_EQ(health.size(), 1U);
  EXPECT_THROW((void)health.check(1), Error);
}

}  // namespace
}  // namespace leftfold
