// SPDX-License-Identifier: Apache-2.0
// What is known of each setting.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/failure_options.h>
#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

/// What a value of a file must be.
enum class ValueKind { text, integer, number, boolean, list };

struct SettingSpec {
  std::string name;      ///< "retry.max_attempts": its key in a file
  std::string variable;  ///< "LEFTFOLD_RETRY_MAX_ATTEMPTS"
  std::string help;
  std::string allowed{};
  std::string value{};  ///< the default
  ValueKind kind = ValueKind::text;
  /// Throws Error(invalid_config, unsupported) that names the value, its origin and what is allowed.
  std::function<void(const Setting&)> check{};
  /// Settings of failures, which handlers may have of their own: puts the value into the options. Throws as check.
  std::function<void(const Setting&, FailureOptions&)> apply{};
  /// Settings of failures: the value in the options, as it would be written.
  std::function<std::string(const FailureOptions&)> written{};
};

/// All settings, in the order in which they are shown. Lives as long as the program.
[[nodiscard]] std::span<const SettingSpec> setting_specs();

/// Those of Kafka; setting_specs() has them too.
[[nodiscard]] std::vector<SettingSpec> kafka_specs();
/// Those of what publishes; setting_specs() has them too.
[[nodiscard]] std::vector<SettingSpec> publisher_specs();
/// Those of snapshots; setting_specs() has them too.
[[nodiscard]] std::vector<SettingSpec> snapshot_specs();
/// Those of metrics and health; setting_specs() has them too.
[[nodiscard]] std::vector<SettingSpec> observe_specs();
/// Those of failures; setting_specs() has them too.
[[nodiscard]] std::vector<SettingSpec> failure_specs();

/// Higher overrules lower: flag > environment > profile > file > program > default.
[[nodiscard]] int origin_strength(std::string_view origin) noexcept;
inline constexpr int kProgramStrength = 1;
inline constexpr int kFileStrength = 2;
inline constexpr int kProfileStrength = 3;

}  // namespace leftfold::inline v0::app
