// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

#include <leftfold/dynamodb.h>

#include "breakers/shared_store.h"
#include "dynamodb/fault_proxy.h"
#include "dynamodb/service.h"

namespace breakers {
namespace {

using leftfold::test_dynamodb::Fault;
using leftfold::test_dynamodb::FaultProxy;
using leftfold::test_dynamodb::ProxiedCall;
using leftfold::test_dynamodb::TestTables;
namespace fault = leftfold::test_dynamodb::fault;

std::filesystem::path address_in(const std::filesystem::path& folder) { return folder / "dynamodb"; }

// The processes talk to a real server through a proxy in the test's process.
class SharedTables final : public SharedStore {
 public:
  explicit SharedTables(const std::filesystem::path& folder) {
    const leftfold::DynamoDbOptions options = proxy_.options();
    std::ofstream{address_in(folder)} << options.endpoint_url << '\n' << options.events_table << '\n';
    follow([](const ProxiedCall&) { return false; });
  }

  leftfold::BreakerStore& breakers() override { return direct_.breakers(); }
  int writes() override { return writes_; }
  void without_writes(const std::function<void()>& during) override {
    follow([](const ProxiedCall& call) { return is_write(call); });
    during();
    follow([](const ProxiedCall&) { return false; });
  }
  void away(const std::function<void()>& during) override {
    follow([](const ProxiedCall&) { return true; });
    during();
    follow([](const ProxiedCall&) { return false; });
  }

 private:
  static bool is_write(const ProxiedCall& call) { return call.operation != "GetItem" && call.operation != "Query"; }
  void follow(bool (*fails)(const ProxiedCall&)) {
    proxy_.follow([this, fails](const ProxiedCall& call) {
      if (is_write(call)) ++writes_;
      return fails(call) ? fault::reset_before() : fault::none();
    });
  }

  const TestTables tables_;
  leftfold::DynamoDbStore direct_{tables_.options()};
  std::atomic<int> writes_{0};
  FaultProxy proxy_{tables_};
};

}  // namespace

std::unique_ptr<SharedStore> make_dynamodb(const std::filesystem::path& folder) {
  return std::make_unique<SharedTables>(folder);
}

std::shared_ptr<leftfold::BreakerStore> open_dynamodb(const std::filesystem::path& folder) {
  std::ifstream file{address_in(folder)};
  leftfold::DynamoDbOptions options;
  if (!std::getline(file, options.endpoint_url) || !std::getline(file, options.events_table)) return nullptr;
  options.region = "us-east-1";
  options.keys = leftfold::DynamoDbKeys{"test", "test", {}};
  options.tables = leftfold::DynamoDbOptions::Tables::unchecked;
  const auto store = std::make_shared<leftfold::DynamoDbStore>(options);
  return {store, &store->breakers()};
}

}  // namespace breakers
