// SPDX-License-Identifier: Apache-2.0
#include "app/failure_settings.h"

#include <cstddef>
#include <span>
#include <string>

#include <leftfold/error.h>

#include "app/setting_spec.h"

namespace leftfold::inline v0::app {
namespace {

/// Where the values that are set come from: "retry.base: file leftfold.toml:3, ...".
std::string origins(std::span<const Setting> all, std::span<const Setting> own) {
  std::string text;
  const auto add = [&text](const Setting& setting) {
    if (setting.origin == "default") return;
    text += (text.empty() ? "" : ", ") + std::string{setting.name} + ": " + setting.origin;
  };
  const std::span<const SettingSpec> specs = setting_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].apply) add(all[i]);
  }
  for (const Setting& setting : own) add(setting);
  return text;
}

}  // namespace

FailureOptions failure_options(const Settings& settings, std::string_view handler, const FailureOptions& from_program) {
  FailureOptions options = from_program;
  const std::span<const Setting> own = settings.of_handler(handler);
  const std::span<const SettingSpec> specs = setting_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const SettingSpec& spec = specs[i];
    if (!spec.apply) continue;
    const Setting& all = settings.all()[i];
    const bool counts = origin_strength(all.origin) > kProgramStrength ||
                        (all.origin != "default" && spec.written(from_program) == spec.value);
    if (counts) spec.apply(all, options);
    for (const Setting& setting : own) {
      if (setting.name == spec.name) spec.apply(setting, options);
    }
  }
  try {
    leftfold::validate(options);
  } catch (const Error& error) {
    const std::string set = origins(settings.all(), own);
    const std::string whose = handler.empty() ? std::string{} : "handler " + std::string{handler} + ": ";
    throw Error{Errc::invalid_config, whose + error.what() + (set.empty() ? "" : " (" + set + ")")};
  }
  return options;
}

}  // namespace leftfold::inline v0::app
