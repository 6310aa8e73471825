// Settings of a service: flag > environment > default, each value with its origin.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold {

/// One setting as it stands. Plain value.
struct Setting {
  std::string_view name;      ///< "store"
  std::string_view variable;  ///< "LEFTFOLD_STORE"
  std::string_view help;      ///< one line
  std::string value;
  std::string origin;         ///< "default", "environment LEFTFOLD_STORE", "flag --store", "program"
};

/// The settings of one App. One thread at a time.
class Settings {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

  /// Defaults for a program of this name, overruled by `environment` (the process's own by default).
  explicit Settings(std::string_view program, const Environment& environment = {});

  /// Sets a value by name; `origin` says where it comes from. A flag overrules what the program sets, whichever comes
  /// first. Throws Error(invalid_argument) for an unknown name, with the nearest known one.
  void set(std::string_view name, std::string value, std::string origin);
  /// The value by name. Throws Error(invalid_argument) for an unknown name.
  [[nodiscard]] const Setting& get(std::string_view name) const;
  /// A count by name: digits only. Throws Error(invalid_config) that names the value and its origin.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// A switch by name: true/false, 1/0, yes/no, on/off in any case. Throws Error(invalid_config).
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] const std::vector<Setting>& all() const noexcept { return settings_; }

 private:
  std::vector<Setting> settings_;
};

}  // namespace leftfold
