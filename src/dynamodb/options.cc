// SPDX-License-Identifier: Apache-2.0
// Settings from the environment, by the names of the Node library and of AWS.
#include <charconv>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "aws/environment.h"

namespace leftfold::inline v0 {
namespace {

constexpr int kMostAttempts = 100;

std::string value_or(const std::map<std::string, std::string>& environment, const char* name, const char* fallback) {
  const std::string_view value = aws::value_of(environment, name);
  return std::string{value.empty() ? std::string_view{fallback} : value};
}

constexpr std::string_view kSecondTable = "Leftfold";  // behind the events table's name

[[noreturn]] void refuse(const char* name, std::string_view value, const std::string& why) {
  throw Error{Errc::invalid_config, std::string{name} + "=\"" + std::string{value} + "\": " + why};
}

/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
void check_table_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  constexpr std::size_t kLongest = 255 - kSecondTable.size();
  if (name.size() >= 3 && name.size() <= kLongest && name.find_first_not_of(kAllowed) == name.npos) return;
  refuse("DYNAMODB_PREFIX and EVENTSTORE_TABLE_NAME", name,
         "a table name has 3 to 247 of the characters a-z, A-Z, 0-9, \"_\", \".\" and \"-\"");
}

}  // namespace

std::string DynamoDbOptions::second_table_name() const {
  return second_table.empty() ? events_table + std::string{kSecondTable} : second_table;
}

DynamoDbOptions DynamoDbOptions::from(const std::map<std::string, std::string>& environment) {
  DynamoDbOptions options;
  options.events_table =
      value_or(environment, "DYNAMODB_PREFIX", "v1") + value_or(environment, "EVENTSTORE_TABLE_NAME", "EventStore");
  check_table_name(options.events_table);
  const std::string_view local = aws::value_of(environment, "DYNAMODB_LOCAL");
  if (local == "true") {
    options.endpoint_url = value_or(environment, "DYNAMODB_URL", "http://localhost:8000");
    // A local server asks for some keys and some region, and takes any.
    options.keys = DynamoDbKeys{value_or(environment, "AWS_ACCESS_KEY_ID", "local"),
                                value_or(environment, "AWS_SECRET_ACCESS_KEY", "local"),
                                {}};
    options.region =
        value_or(environment, "AWS_REGION", value_or(environment, "AWS_DEFAULT_REGION", "us-east-1").c_str());
  } else if (!local.empty() && local != "false") {
    refuse("DYNAMODB_LOCAL", local, "use true or false");
  }
  if (const std::string attempts{aws::value_of(environment, "AWS_MAX_ATTEMPTS")}; !attempts.empty()) {
    const char* const end = attempts.data() + attempts.size();
    const auto [rest, error] = std::from_chars(attempts.data(), end, options.max_attempts);
    if (error != std::errc{} || rest != end || options.max_attempts < 1 || options.max_attempts > kMostAttempts) {
      refuse("AWS_MAX_ATTEMPTS", attempts, "use a whole number from 1 to 100");
    }
  }
  return options;
}

DynamoDbOptions DynamoDbOptions::from_environment() { return from(aws::process_environment()); }

}  // namespace leftfold::inline v0
