// SPDX-License-Identifier: Apache-2.0
#include "app/setting_names.h"

#include <span>
#include <vector>

#include <leftfold/error.h>

#include "app/kafka_settings.h"
#include "app/nearest.h"
#include "app/setting_spec.h"
#include "core/in_quotes.h"

namespace leftfold::inline v0::app {
namespace {

enum class Whose { all, handler };

constexpr std::string_view kHandlers = "handlers";
constexpr std::string_view kProfiles = "profiles";

std::string_view table_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

bool may_be(const SettingSpec& spec, Whose whose) { return whose == Whose::all || spec.apply; }

/// `"retry.bse" is no setting of leftfold; did you mean ...?; settings: those of the same table`.
std::string unknown(std::string_view name, Whose whose) {
  std::vector<std::string_view> known;
  for (const SettingSpec& spec : setting_specs()) {
    if (may_be(spec, whose)) known.emplace_back(spec.name);
  }
  std::string_view table = table_of(name);
  std::string beside;
  std::string tables;
  std::string_view last;
  for (const std::string_view each : known) {
    const std::string_view its = table_of(each);
    if (its == (table.empty() ? name : table)) (beside += beside.empty() ? "" : ", ") += each;
    if (!its.empty() && its != last) ((tables += ", ") += its) += ".*";
    last = its.empty() ? last : its;
  }
  if (whose == Whose::all && table == "kafka") (beside += ", ").append(kPropertyTable) += ".NAME";
  if (beside.empty()) {  // no table of ours: what stands outside of them, and the tables
    for (const std::string_view each : known) {
      if (table_of(each).empty()) (beside += beside.empty() ? "" : ", ") += each;
    }
    beside += tables;
    if (whose == Whose::all) beside += ", handlers.NAME.*, profiles.NAME.*";
  }
  return detail::in_quotes(name) + " is no setting of " + (whose == Whose::all ? "leftfold" : "a handler") +
         did_you_mean(name, known) + "; settings: " + beside;
}

std::optional<std::size_t> index_of(std::string_view name, Whose whose) {
  const std::span<const SettingSpec> specs = setting_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].name == name && may_be(specs[i], whose)) return i;
  }
  return std::nullopt;
}

bool is_table(std::string_view name, Whose whose) {
  for (const SettingSpec& spec : setting_specs()) {
    if (may_be(spec, whose) && table_of(spec.name) == name) return true;
  }
  return false;
}

/// "security.protocol" of "kafka.properties.security.protocol"; empty for what is none.
std::string property_of(std::string_view name) {
  const bool below = name.starts_with(kPropertyTable) && name.substr(kPropertyTable.size()).starts_with('.');
  return std::string{below ? name.substr(kPropertyTable.size() + 1) : std::string_view{}};
}

}  // namespace

SettingName find_setting(std::string_view name) {
  if (std::string property = property_of(name); !property.empty()) return {"", 0, std::move(property)};
  if (const auto index = index_of(name, Whose::all)) return {"", *index};
  if (table_of(name) != kHandlers) throw Error{Errc::invalid_argument, unknown(name, Whose::all)};
  const std::string_view rest = name.substr(kHandlers.size() + 1);
  const std::span<const SettingSpec> specs = setting_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {  // from behind: a handler's name may have a dot in it
    const std::string suffix = "." + specs[i].name;
    if (specs[i].apply && rest.size() > suffix.size() && rest.ends_with(suffix)) {
      return {std::string{rest.substr(0, rest.size() - suffix.size())}, i};
    }
  }
  const std::size_t dot = rest.find('.');
  throw Error{Errc::invalid_argument,
              detail::in_quotes(name) + ": " + unknown(dot == rest.npos ? "" : rest.substr(dot + 1), Whose::handler)};
}

namespace {

/// A value below [profiles.NAME]: there it is called as it is outside.
std::optional<SettingName> find_in_profile(const FileValue& value, const std::string& where) {
  if (value.key.size() <= 2 && value.type == FileValue::Type::table) return std::nullopt;
  if (value.key.size() <= 2 || value.key[1].empty() || value.key[2] == kProfiles) {
    throw Error{Errc::invalid_config, where + ": settings of a profile stand in a table of its name: [profiles.prod]"};
  }
  FileValue inner = value;
  inner.key.erase(inner.key.begin(), inner.key.begin() + 2);
  auto name = find_in_file(inner, where + ": profile " + detail::in_quotes(value.key[1]));
  if (name) name->profile = value.key[1];
  return name;
}

}  // namespace

std::optional<SettingName> find_in_file(const FileValue& value, const std::string& where) {
  std::span<const std::string> key = value.key;
  if (key[0] == kProfiles) return find_in_profile(value, where);
  SettingName name{"", 0};
  Whose whose = Whose::all;
  const bool table = value.type == FileValue::Type::table;
  if (key[0] == kHandlers) {
    if (key.size() <= 2 && table) return std::nullopt;
    if (key.size() <= 2 || key[1].empty()) {
      throw Error{Errc::invalid_config, where +
                                            ": settings of a handler stand in a table of its name: "
                                            "[handlers.SendReceipt.retry]"};
    }
    name.handler = key[1];
    key = key.subspan(2);
    whose = Whose::handler;
  }
  std::string joined;
  for (const std::string& part : key) (joined += joined.empty() ? "" : ".") += part;
  if (table && (is_table(joined, whose) || joined == kPropertyTable)) return std::nullopt;
  if (std::string property = property_of(joined); whose == Whose::all && !property.empty()) {
    using Type = FileValue::Type;
    if (value.type == Type::table || value.type == Type::list || value.type == Type::other) {
      throw Error{Errc::invalid_config, where + ": " + joined + " is " + std::string{to_string(value.type)} +
                                            "; use a text, a number, or true or false"};
    }
    return SettingName{"", 0, std::move(property)};
  }
  const std::optional<std::size_t> index = index_of(joined, whose);
  if (joined == "config") {
    throw Error{Errc::invalid_config, where +
                                          ": config names this file and cannot stand in it; use LEFTFOLD_CONFIG or "
                                          "--config"};
  }
  if (joined == "profile") {
    throw Error{Errc::invalid_config, where +
                                          ": profile chooses a table of this file and cannot stand in it; use "
                                          "LEFTFOLD_PROFILE or --profile"};
  }
  if (!index) {
    const std::string whom = name.handler.empty() ? "" : "handler " + detail::in_quotes(name.handler) + ": ";
    throw Error{Errc::invalid_config, where + ": " + whom + unknown(joined, whose)};
  }
  name.setting = *index;
  return name;
}

}  // namespace leftfold::inline v0::app
