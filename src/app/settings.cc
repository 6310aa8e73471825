// SPDX-License-Identifier: Apache-2.0
#include <leftfold/settings.h>

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/kafka_settings.h"
#include "app/nearest.h"
#include "app/setting_names.h"
#include "app/setting_spec.h"
#include "app/settings_file.h"
#include "base/joined.h"
#include "base/kafka_property.h"

namespace leftfold::inline v0 {
namespace {

constexpr std::string_view kPrefix = "LEFTFOLD_";

Setting setting_of(const app::SettingSpec& spec) {
  return {spec.name, spec.variable, spec.help, spec.allowed, spec.value, "default"};
}

/// An integer is a number too.
bool fits(app::ValueKind kind, app::FileValue::Type type) {
  using Type = app::FileValue::Type;
  switch (kind) {
    case app::ValueKind::text: return type == Type::text;
    case app::ValueKind::integer: return type == Type::integer;
    case app::ValueKind::number: return type == Type::integer || type == Type::number;
    case app::ValueKind::boolean: return type == Type::boolean;
    case app::ValueKind::list: return type == Type::list || type == Type::text;
  }
  return false;
}

/// What was meant by a variable that does not exist: a setting whose variable is not made of its name, or one that is
/// written alike.
std::string instead_of(std::string_view variable) {
  std::vector<std::string_view> variables;
  for (const app::SettingSpec& spec : app::setting_specs()) {
    std::string made{kPrefix};
    for (const char c : spec.name) made += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    if (made == variable) return "; the variable of " + spec.name + " is " + spec.variable;
    variables.push_back(spec.variable);
  }
  return app::did_you_mean(variable, variables);
}

}  // namespace

Settings::Environment Settings::process_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Settings::Settings(std::string_view program, const Environment& environment) : environment_{environment} {
  const std::span<const app::SettingSpec> specs = app::setting_specs();
  for (const app::SettingSpec& spec : specs) settings_.push_back(setting_of(spec));
  give({"", app::find_setting("store").setting, "sqlite:" + std::string{program} + ".db", "default"});
  for (const auto& [variable, value] : environment) {
    if (value.empty()) continue;
    const auto at = std::find_if(specs.begin(), specs.end(),
                                 [&name = variable](const app::SettingSpec& spec) { return spec.variable == name; });
    if (at != specs.end()) {
      give({"", static_cast<std::size_t>(at - specs.begin()), value, "environment " + variable});
    } else if (variable.starts_with(base::kKafkaPropertyPrefix) &&
               variable.size() > base::kKafkaPropertyPrefix.size()) {
      give({"", 0, value, "environment " + variable, base::kafka_property_of(variable)});
    } else if (variable.starts_with(kPrefix)) {
      unknown_.push_back(variable);
    }
  }
  settle();
  read_file();
}

/// Takes the place of what an origin of the same strength said before.
void Settings::give(Given given) {
  const int strength = app::origin_strength(given.origin);
  std::erase_if(given_, [&](const Given& other) {
    return other.setting == given.setting && other.handler == given.handler && other.property == given.property &&
           app::origin_strength(other.origin) == strength;
  });
  const auto at = std::find_if(given_.begin(), given_.end(), [strength](const Given& other) {
    return app::origin_strength(other.origin) > strength;
  });
  given_.insert(at, std::move(given));
}

void Settings::settle() {
  const std::span<const app::SettingSpec> specs = app::setting_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {  // in place: get() gave out references
    settings_[i].value = specs[i].value;
    settings_[i].origin = "default";
  }
  handlers_.clear();
  std::map<std::string, KafkaProperty> properties;
  for (const Given& given : given_) {  // the strongest comes last
    if (!given.property.empty()) {
      properties.insert_or_assign(given.property, KafkaProperty{given.property, given.value, given.origin});
      continue;
    }
    Setting* setting = &settings_[given.setting];
    if (!given.handler.empty()) {
      std::vector<Setting>& own = handlers_[given.handler];
      const auto at = std::find_if(own.begin(), own.end(), [&](const Setting& s) { return s.name == setting->name; });
      setting = at != own.end() ? &*at : &own.emplace_back(setting_of(specs[given.setting]));
    }
    setting->value = given.value;
    setting->origin = given.origin;
  }
  properties_.clear();
  for (auto& [name, property] : properties) properties_.push_back(std::move(property));
}

void Settings::take_from_file(const std::string& file) {
  const std::string chosen = get("profile").value;
  for (app::FileValue& value : app::read_settings_file(get("config"))) {
    const std::string where = file + ":" + std::to_string(value.line);
    const bool in_profile = value.key.size() > 1 && value.key[0] == "profiles";
    if (in_profile && std::find(profiles_.begin(), profiles_.end(), value.key[1]) == profiles_.end()) {
      profiles_.push_back(value.key[1]);
    }
    const std::optional<app::SettingName> name = app::find_in_file(value, where);
    if (!name) continue;  // an empty table
    const app::SettingSpec& spec = app::setting_specs()[name->setting];
    if (name->property.empty() && !fits(spec.kind, value.type)) {
      throw Error{Errc::invalid_config, where + ": " + spec.name + " is " + std::string{to_string(value.type)} +
                                            "; use " + spec.allowed +
                                            (spec.kind == app::ValueKind::text ? ", in quotes" : "")};
    }
    if (name->profile != chosen && !name->profile.empty()) continue;  // another one, but it was looked at
    std::string origin = name->profile.empty() ? "file " + where : "profile " + chosen + ", " + where;
    give({name->handler, name->setting, std::move(value.value), std::move(origin), name->property});
  }
  std::sort(profiles_.begin(), profiles_.end());
  check_profile(file);
}

void Settings::check_profile(const std::string& file) const {
  const Setting& chosen = get("profile");
  if (chosen.value.empty() || std::find(profiles_.begin(), profiles_.end(), chosen.value) != profiles_.end()) return;
  const std::vector<std::string_view> known{profiles_.begin(), profiles_.end()};
  throw Error{Errc::invalid_config,
              "profile is \"" + chosen.value + "\" (" + chosen.origin + "), but " + file + " has no [profiles." +
                  chosen.value + "]" + app::did_you_mean(chosen.value, known) +
                  (known.empty() ? "; it has no profiles" : "; profiles: " + base::joined(known))};
}

void Settings::read_file() {
  const auto forget = [this] {
    std::erase_if(given_, [](const Given& g) {
      const int strength = app::origin_strength(g.origin);
      return strength == app::kFileStrength || strength == app::kProfileStrength;
    });
  };
  forget();
  file_error_.reset();
  profiles_.clear();
  const std::string file = get("config").value;
  try {
    if (!file.empty()) take_from_file(file);
  } catch (const Error& error) {  // for validate(): a flag may name another file
    forget();
    file_error_ = error;
  }
  settle();
}

void Settings::set(std::string_view name, std::string value, std::string origin) {
  const app::SettingName found = app::find_setting(name);
  give({found.handler, found.setting, std::move(value), std::move(origin), found.property});
  settle();
  if (name == "config" || name == "profile") read_file();
}

const Setting& Settings::get(std::string_view name) const {
  const app::SettingName found = app::find_setting(name);
  if (!found.property.empty()) {
    throw Error{Errc::invalid_argument, std::string{name} + " is a property of librdkafka; see kafka_properties()"};
  }
  for (const Setting& setting : of_handler(found.handler)) {
    if (setting.name == settings_[found.setting].name) return setting;
  }
  return settings_[found.setting];
}

std::size_t Settings::count(std::string_view name) const { return app::count_value(get(name)); }

std::chrono::milliseconds Settings::duration(std::string_view name) const { return app::duration_value(get(name)); }

std::vector<std::string_view> Settings::handlers() const {
  std::vector<std::string_view> names;
  for (const auto& [name, settings] : handlers_) names.emplace_back(name);
  return names;
}

std::span<const Setting> Settings::of_handler(std::string_view handler) const noexcept {
  const auto at = handlers_.find(handler);
  return at == handlers_.end() ? std::span<const Setting>{} : at->second;
}

void Settings::validate() const {
  const std::span<const app::SettingSpec> specs = app::setting_specs();
  if (!unknown_.empty()) {  // its value is not shown: it may be a secret of another version
    throw Error{Errc::invalid_config, "the environment sets " + unknown_.front() + ", which is no setting of leftfold" +
                                          instead_of(unknown_.front()) +
                                          "; correct or unset it: docs/reference/environment.md lists them"};
  }
  if (file_error_) throw Error{*file_error_};
  for (std::size_t i = 0; i < specs.size(); ++i) specs[i].check(settings_[i]);
  for (const KafkaProperty& property : properties_) app::check_property(property);
  for (const auto& [handler, own] : handlers_) {
    for (const Setting& setting : own) specs[app::find_setting(setting.name).setting].check(setting);
  }
}

}  // namespace leftfold::inline v0
