// SPDX-License-Identifier: Apache-2.0
#include "app/address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/error.h>

#include "app/redaction.h"

namespace leftfold::inline v0::app {
namespace {

std::string as_it_stands(const Setting& setting) {
  return std::string{setting.name} + " is \"" + without_passwords(setting.value) + "\" (" + setting.origin + ")";
}

[[noreturn, maybe_unused]] void not_built(const Setting& setting, const std::string& what, const std::string& option) {
  throw Error{Errc::unsupported, as_it_stands(setting) + ": this build has no " + what + "; build leftfold with -D" +
                                     option + "=ON, or use another of " + std::string{setting.allowed}};
}

}  // namespace

void refuse(const Setting& setting, const std::string& hint) {
  throw Error{Errc::invalid_config, as_it_stands(setting) + "; use " + std::string{setting.allowed} + hint};
}

std::vector<std::string_view> built_stores() {
  std::vector<std::string_view> names{"memory", "sqlite"};
#ifdef LEFTFOLD_WITH_DYNAMODB
  names.emplace_back("dynamodb");
#endif
  return names;
}

std::vector<std::string_view> built_brokers() {
  std::vector<std::string_view> names{"embedded"};
#ifdef LEFTFOLD_WITH_KAFKA
  names.emplace_back("kafka");
#endif
  names.emplace_back("none");
  return names;
}

StoreAddress store_address(const Setting& setting) {
  const std::string_view value = setting.value;
  if (value == "memory:") return {StoreKind::memory, {}};
  if (value.starts_with("dynamodb:")) {
#ifndef LEFTFOLD_WITH_DYNAMODB
    not_built(setting, "DynamoDB store", "LEFTFOLD_WITH_DYNAMODB");
#endif
    if (value == "dynamodb:") return {StoreKind::dynamodb, {}};
    refuse(setting, "; the table is named by DYNAMODB_PREFIX and EVENTSTORE_TABLE_NAME");
  }
  constexpr std::string_view kSqlite = "sqlite:";
  if (value.starts_with(kSqlite)) {
    const std::string_view file = value.substr(kSqlite.size());
    if (file == ":memory:") refuse(setting, "; did you mean \"memory:\"?");
    if (file.empty() || file.find('\0') != std::string_view::npos) refuse(setting);
    return {StoreKind::sqlite, std::filesystem::path{file}};
  }
  if (value == "memory" || value == "dynamodb") refuse(setting, "; did you mean \"" + setting.value + ":\"?");
  if (value.ends_with(".db")) refuse(setting, "; did you mean \"sqlite:" + setting.value + "\"?");
  refuse(setting);
}

BrokerKind broker_kind(const Setting& setting) {
  if (setting.value == "embedded:") return BrokerKind::embedded;
  if (setting.value == "none:") return BrokerKind::none;
  if (setting.value.starts_with("kafka:")) {
#ifndef LEFTFOLD_WITH_KAFKA
    not_built(setting, "Kafka broker", "LEFTFOLD_WITH_KAFKA");
#endif
    if (setting.value == "kafka:") return BrokerKind::kafka;
    refuse(setting, "; KAFKA_BROKERS says where the brokers are");
  }
  for (const std::string_view bare : {"embedded", "kafka", "none"}) {
    if (setting.value == bare) refuse(setting, "; did you mean \"" + setting.value + ":\"?");
  }
  refuse(setting);
}

std::size_t count_value(const Setting& setting, std::size_t least, std::size_t most) {
  std::size_t number = 0;
  const char* const end = setting.value.data() + setting.value.size();
  const auto [at, error] = std::from_chars(setting.value.data(), end, number);
  if (error != std::errc{} || at != end || number < least || number > most) refuse(setting);
  return number;
}

double number_value(const Setting& setting, double least, double most) {
  double number = 0;
  const char* const end = setting.value.data() + setting.value.size();
  const auto [at, error] = std::from_chars(setting.value.data(), end, number);
  const bool in_range = number >= least && number <= most;  // false for what is not a number
  if (error != std::errc{} || at != end || !in_range || setting.value.starts_with('-')) refuse(setting);
  return number;
}

std::chrono::milliseconds duration_value(const Setting& setting, std::chrono::milliseconds least,
                                         std::chrono::milliseconds most) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  std::int64_t number = 0;
  const char* const end = setting.value.data() + setting.value.size();
  const auto [at, error] = std::from_chars(setting.value.data(), end, number);
  if (error != std::errc{} || number < 0 || setting.value.starts_with('-')) refuse(setting);
  const std::string_view unit{at, static_cast<std::size_t>(end - at)};
  for (const auto& [name, factor] : kUnits) {
    if (unit != name) continue;
    if (number > most.count() / factor || number * factor < least.count()) refuse(setting);
    return std::chrono::milliseconds{number * factor};
  }
  refuse(setting);
}

LogLevel log_level_value(const Setting& setting) {
  try {
    return parse_log_level(setting.value);
  } catch (const Error&) {  // it does not know where the value comes from
    refuse(setting);
  }
}

LogFormat log_format_value(const Setting& setting) {
  if (setting.value == "text") return LogFormat::text;
  if (setting.value == "json") return LogFormat::json;
  refuse(setting);
}

LogTime log_time_value(const Setting& setting) {
  if (setting.value == "auto") return LogTime::automatic;
  if (setting.value == "always") return LogTime::always;
  if (setting.value == "never") return LogTime::never;
  refuse(setting);
}

std::vector<std::string> list_value(const Setting& setting) {
  std::vector<std::string> items;
  if (is_left_out(setting)) return items;
  for (std::size_t begin = 0; begin <= setting.value.size();) {
    const std::size_t end = std::min(setting.value.find(',', begin), setting.value.size());
    if (end == begin) refuse(setting);
    items.push_back(setting.value.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

bool bool_value(const Setting& setting) {
  if (setting.value != "true" && setting.value != "false") refuse(setting);
  return setting.value == "true";
}

StartFrom start_value(const Setting& setting) {
  if (setting.value == "beginning") return StartFrom::beginning;
  if (setting.value == "latest") return StartFrom::latest;
  refuse(setting);
}

PublisherOptions::From publish_from_value(const Setting& setting) {
  if (setting.value == "stream") return PublisherOptions::From::stream;
  if (setting.value == "poll") return PublisherOptions::From::poll;
  refuse(setting);
}

Unpublishable unpublishable_value(const Setting& setting) {
  if (setting.value == "block") return Unpublishable::block;
  if (setting.value == "mark") return Unpublishable::mark;
  refuse(setting);
}

LogLevel kafka_log_level_value(const Setting& setting) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{{"NOTHING", LogLevel::off},
                                                                          {"ERROR", LogLevel::error},
                                                                          {"WARN", LogLevel::warn},
                                                                          {"INFO", LogLevel::info},
                                                                          {"DEBUG", LogLevel::debug}}};
  std::string wanted = setting.value;
  for (char& c : wanted) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  for (const auto& [name, level] : kLevels) {
    if (name == wanted) return level;
  }
  refuse(setting);
}

bool is_left_out(const Setting& setting) noexcept { return setting.value.empty() && setting.origin == "default"; }

}  // namespace leftfold::inline v0::app
