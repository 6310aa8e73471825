// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/service.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <leftfold/uuid.h>

// In tests/, so the module's headers are found behind src/.
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/wire.h"
#include "support/source_dir.h"

namespace leftfold::test_dynamodb {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread sets any
  return value == nullptr ? std::string{} : std::string{value};
}

/// The address of a server that scripts/services started: in the folder that LEFTFOLD_SERVICES_STATE names, or for all.
std::string started(const std::string& name) {
  const std::string key = name == "moto" ? "LEFTFOLD_TEST_MOTO" : "LEFTFOLD_TEST_DYNOXIDE";
  if (std::string given = variable(key.c_str()); !given.empty()) return given;
  for (const std::filesystem::path& folder :
       {std::filesystem::path{variable("LEFTFOLD_SERVICES_STATE")}, test_support::source_dir() / "build/services"}) {
    std::ifstream file{folder / "dynamodb.env"};
    for (std::string line; !folder.empty() && std::getline(file, line);) {
      if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
    }
  }
  throw std::runtime_error{name + " does not run; start it with scripts/services up dynamodb"};
}

}  // namespace

std::string service_name() {
  if (std::string name = variable("LEFTFOLD_TEST_SERVICE"); !name.empty()) return name;
  return variable("AWS_ENDPOINT_URL_DYNAMODB").empty() ? "dynoxide" : "endpoint";
}

DynamoDbOptions service_options() {
  DynamoDbOptions options;
  options.events_table = "leftfold-test-" + Uuid::v7(system_clock().now()).to_string();
  const std::string name = service_name();
  if (name == "endpoint") return options;
  options.endpoint_url = started(name);
  options.region = "us-east-1";
  options.keys = DynamoDbKeys{"test", "test", {}};
  return options;
}

std::string attribute_line(const dynamodb::Attribute& attribute) {
  std::string line = attribute.name + " = ";
  dynamodb::write_value(line, attribute.value);
  return line + '\n';
}

void delete_tables(const DynamoDbOptions& options) noexcept {
  try {
    const auto transport = dynamodb::connect(options);
    dynamodb::Client client{*transport, dynamodb::client_options(options)};
    for (const std::string& table : {options.events_table, options.events_table + "Leftfold"}) {
      if (client.describe_table(table)) client.delete_table(table);
    }
  } catch (const std::exception& e) {
    std::cerr << "the test's tables stay: " << e.what() << '\n';
  }
}

}  // namespace leftfold::test_dynamodb
