// SPDX-License-Identifier: Apache-2.0
// What `generate` prints is about what there is.
#include "cli/generate/generate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <leftfold/json_value.h>

#include "cli/verbs.h"
#include "support/source_dir.h"

namespace leftfold::cli {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::set<std::string> all_of(const std::string& text, const std::string& pattern) {
  const std::regex regex{pattern};
  std::set<std::string> found;
  for (std::sregex_iterator at{text.begin(), text.end(), regex}, end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

/// The one list of metrics, and the names that stand in it.
std::set<std::string> listed() {
  std::set<std::string> names;
  std::istringstream page{read(test_support::source_dir() / "docs/reference/metrics.md")};
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    names.merge(all_of(line.substr(0, line.find('|', 2)), "`([a-z_]+)`"));
  }
  return names;
}

/// Names of metrics that the sources make: literals that begin as metrics do, but for tables of SQLite.
std::set<std::string> emitted() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{test_support::source_dir() / "src"}) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".cc") && !path.ends_with(".h")) continue;
    if (path.find("/cli/") != std::string::npos || path.find("/sqlite/") != std::string::npos) continue;  // tables
    names.merge(all_of(read(entry.path()), "\"((?:leftfold|process)_[a-z_]+)\""));
  }
  for (const char* other : {"leftfold_rows", "leftfold_schema", "leftfold_handlers"})
    names.erase(other);  // a document's member, a table in a test, a function of handler libraries
  return names;
}

/// Without what the exposition adds to a histogram's name.
std::string base_name(std::string name, const std::set<std::string>& known) {
  for (const std::string_view end : {"_bucket", "_sum", "_count"}) {
    if (!known.contains(name) && name.ends_with(end)) name.resize(name.size() - end.size());
  }
  return name;
}

TEST(MetricsPage, ListsExactlyWhatTheSourcesMake) {
  const std::set<std::string> page = listed();
  const std::set<std::string> sources = emitted();
  EXPECT_GT(page.size(), 50U);
  for (const std::string& name : page) EXPECT_TRUE(sources.contains(name)) << name << " is listed and not made";
  for (const std::string& name : sources) EXPECT_TRUE(page.contains(name)) << name << " is made and not listed";
}

TEST(Generate, TheDashboardAndTheAlertsAreAboutMetricsThatThereAre) {
  const std::set<std::string> known = listed();
  for (const std::string& text : {grafana_dashboard("shop"), alert_rules()}) {
    const std::set<std::string> names = all_of(text, "\\b((?:leftfold|process)_[a-z_]+)\\b");
    EXPECT_GT(names.size(), 8U);
    for (const std::string& name : names) EXPECT_TRUE(known.contains(base_name(name, known))) << name;
  }
}

// Somebody decided that; it is still a ticket once it is behind for long.
TEST(Generate, NobodyIsPagedForAHandlerThatIsPaused) {
  const std::string rules = alert_rules();
  const std::size_t begin = rules.find("LeftfoldHandlerStandsStill");
  const std::string rule = rules.substr(begin, rules.find("- alert", begin) - begin);
  EXPECT_NE(rule.find("unless on (job, handler) max by (job, handler) (leftfold_handler_state{state=\"paused\"}) == 1"),
            std::string::npos)
      << rule;
}

TEST(Generate, TheDashboardIsWhatGrafanaReads) {
  const Json dashboard = Json::parse(grafana_dashboard("shop"));
  std::set<int> ids;
  for (const Json& panel : dashboard.at("panels").elements()) {
    EXPECT_TRUE(ids.insert(panel.at("id").as<int>()).second);
    EXPECT_FALSE(panel.at("targets").elements().at(0).at("expr").as<std::string>().empty());
    EXPECT_LE(panel.at("gridPos").at("x").as<int>() + panel.at("gridPos").at("w").as<int>(), 24);
  }
  EXPECT_EQ(dashboard.at("title").as<std::string>(), "shop: events");
}

TEST(Generate, ThePublishersUnitIsTheFileInDeploy) {
  EXPECT_EQ(systemd_unit("publisher", "lfold"),
            read(test_support::source_dir() / "deploy/systemd/leftfold-publisher.service"));
  EXPECT_EQ(systemd_unit("run", "shop").find("PROGRAM"), std::string::npos);
}

std::multiset<std::string> rights(const Json& policy) {
  std::multiset<std::string> all;
  const auto each = [](const Json& value) {
    return value.kind() == Json::Kind::array ? value.elements() : std::vector<Json>{value};
  };
  for (const Json& statement : policy.at("Statement").elements()) {
    for (const Json& resource : each(statement.at("Resource"))) {
      for (const Json& action : each(statement.at("Action"))) {
        all.insert(resource.as<std::string>() + " " + action.as<std::string>());
      }
    }
  }
  return all;
}

TEST(Generate, ThePoliciesAreThoseOfTheStoresPage) {
  const std::string page = read(test_support::source_dir() / "docs/stores/dynamodb.md");
  std::vector<Json> policies;
  for (std::size_t at = page.find("```json\n{\n  \"Version\""); at != std::string::npos;
       at = page.find("```json\n{\n  \"Version\"", at + 1)) {
    policies.push_back(Json::parse(page.substr(at + 8, page.find("\n```", at) - at - 8)));
  }
  ASSERT_EQ(policies.size(), 2U);
  EXPECT_EQ(rights(Json::parse(iam_policy("service", "v1EventStore", "v1EventStoreLeftfold"))), rights(policies[0]));
  EXPECT_EQ(rights(Json::parse(iam_policy("publisher", "v1EventStore", "v1EventStoreLeftfold"))), rights(policies[1]));
}

TEST(Generate, WhoOnlyReadsMayWriteNothing) {
  for (const std::string& right : rights(Json::parse(iam_policy("read-only", "a", "b")))) {
    for (const char* writes : {"Put", "Update", "Delete", "Write", "Create"}) {
      EXPECT_EQ(right.find(writes), std::string::npos) << right;
    }
  }
}

TEST(Generate, TheManPageHasEveryVerbOfTheProgram) {
  const std::string page = man_page("shop", {}, false);
  const std::string stock = man_page("lfold", {}, true);
  for (const Verb& verb : verbs()) {
    std::string section = ".SS ";
    for (const char c : verb.name) (section += c == '-' ? "\\" : "") += c;
    EXPECT_EQ(page.find(section + "\n") != std::string::npos, !verb.of_lfold) << verb.name;
    EXPECT_NE(stock.find(section + "\n"), std::string::npos) << verb.name;
  }
}

}  // namespace
}  // namespace leftfold::cli
