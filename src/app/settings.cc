#include <leftfold/settings.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/nearest.h"

namespace leftfold {
namespace {

constexpr std::string_view kPrefix = "LEFTFOLD_";

struct Spec {
  std::string_view name;
  std::string_view variable;
  std::string_view help;
  std::string_view allowed;
  std::string_view value;  // default
  void (*check)(const Setting&);
};

void check_text(const Setting& setting) {
  if (setting.value.empty()) app::refuse(setting);
}
void check_count(const Setting& setting) { (void)app::count_value(setting); }
void check_duration(const Setting& setting) { (void)app::duration_value(setting); }

// The names KAFKA_... are those of the system this one follows: a deployment keeps its variables.
constexpr std::array<Spec, 8> kSpecs{{
    {"store", "LEFTFOLD_STORE", "where events are kept", "memory: or sqlite:FILE", "",
     [](const Setting& s) { (void)app::store_address(s); }},
    {"broker", "LEFTFOLD_BROKER", "what brings events to handlers",
     "embedded: (the store itself) or none:", "embedded:", [](const Setting& s) { (void)app::broker_kind(s); }},
    {"group", "KAFKA_GROUP_ID", "whose checkpoints: one group a service", "a name that is not empty", "example-group",
     check_text},
    {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "threads of a listener that may run in parallel",
     "a number from 1 to 1000000", "10", check_count},
    {"max_in_flight", "KAFKA_CONSUMER_MAX_QUEUE_SIZE", "events of a listener taken and not finished",
     "a number from 1 to 1000000", "30", check_count},
    {"log_level", "LEFTFOLD_LOG_LEVEL", "least important lines to log", "trace, debug, info, warn, error or off",
     "info", [](const Setting& s) { (void)app::log_level_value(s); }},
    {"log_format", "LEFTFOLD_LOG_FORMAT", "form of log lines", "text or json", "text",
     [](const Setting& s) { (void)app::log_format_value(s); }},
    {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "how long handlers may finish after a stop",
     "a duration such as 500ms, 10s or 5m, at most 24h", "30s", check_duration},
}};

constexpr std::array<std::string_view, kSpecs.size()> names(std::string_view Spec::* member) {
  std::array<std::string_view, kSpecs.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kSpecs[i].*member;
  return all;
}

/// Higher overrules lower: flag > environment > program > default.
int strength(std::string_view origin) {
  if (origin.starts_with("flag ")) return 3;
  if (origin.starts_with("environment ")) return 2;
  return origin == "default" ? 0 : 1;
}

std::size_t index_of(std::string_view name) {
  static constexpr auto kNames = names(&Spec::name);
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at != kNames.end()) return static_cast<std::size_t>(at - kNames.begin());
  std::string known;
  for (const std::string_view each : kNames) (known += known.empty() ? "" : ", ") += each;
  throw Error{Errc::invalid_argument, "no setting is called \"" + std::string{name} + "\"" +
                                          app::did_you_mean(name, kNames) + "; settings: " + known};
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

Settings::Settings(std::string_view program, const Environment& environment) {
  for (const Spec& spec : kSpecs) {
    settings_.push_back({spec.name, spec.variable, spec.help, spec.allowed, std::string{spec.value}, "default"});
  }
  settings_[0].value = "sqlite:" + std::string{program} + ".db";
  for (const auto& [variable, value] : environment) {
    if (value.empty()) continue;
    const auto at = std::find_if(settings_.begin(), settings_.end(),
                                 [&name = variable](const Setting& setting) { return setting.variable == name; });
    if (at != settings_.end()) {
      at->value = value;
      at->origin = "environment " + variable;
    } else if (variable.starts_with(kPrefix)) {
      unknown_.push_back(variable);
    }
  }
}

void Settings::set(std::string_view name, std::string value, std::string origin) {
  Setting& setting = settings_[index_of(name)];
  if (strength(origin) < strength(setting.origin)) return;
  setting.value = std::move(value);
  setting.origin = std::move(origin);
}

const Setting& Settings::get(std::string_view name) const { return settings_[index_of(name)]; }

std::size_t Settings::count(std::string_view name) const { return app::count_value(get(name)); }

std::chrono::milliseconds Settings::duration(std::string_view name) const { return app::duration_value(get(name)); }

void Settings::validate() const {
  static constexpr auto kVariables = names(&Spec::variable);
  if (!unknown_.empty()) {  // its value is not shown: it may be a secret of another version
    std::string known;
    for (const std::string_view each : kVariables) {
      if (each.starts_with(kPrefix)) (known += known.empty() ? "" : ", ") += each;
    }
    throw Error{Errc::invalid_config, "the environment sets " + unknown_.front() + ", which is no setting of leftfold" +
                                          app::did_you_mean(unknown_.front(), kVariables) + "; settings: " + known};
  }
  for (std::size_t i = 0; i < kSpecs.size(); ++i) kSpecs[i].check(settings_[i]);
}

}  // namespace leftfold
