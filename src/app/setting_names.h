// SPDX-License-Identifier: Apache-2.0
// Names of settings, and what to answer when one is not known.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "app/settings_file.h"

namespace leftfold::inline v0::app {

struct SettingName {
  std::string handler;     ///< empty: for all
  std::size_t setting;     ///< in setting_specs()
  std::string property{};  ///< of librdkafka: "security.protocol"; then there is no setting
  std::string profile{};   ///< of a file alone: the table [profiles.NAME] it stands in; empty: in none
};

/// Reads "store", "handlers.SendReceipt.retry.base" or "kafka.properties.security.protocol". Throws
/// Error(invalid_argument) for an unknown name, with the nearest one and those beside it.
[[nodiscard]] SettingName find_setting(std::string_view name);

/// The setting that a value of a file is for; nothing for an empty table that could hold some. `where` is the file and
/// line. Throws Error(invalid_config) for an unknown key, with the nearest one and those beside it.
[[nodiscard]] std::optional<SettingName> find_in_file(const FileValue& value, const std::string& where);

}  // namespace leftfold::inline v0::app
