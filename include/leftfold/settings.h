// Settings of a service: flag > environment > program > default, each value with its origin.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold {

/// One setting as it stands. Plain value; the views are to text that lives as long as the program.
struct Setting {
  std::string_view name;      ///< "store"
  std::string_view variable;  ///< "LEFTFOLD_STORE"
  std::string_view help;      ///< one line: what it is
  std::string_view allowed;   ///< what a value may be: "memory: or sqlite:FILE"
  std::string value;
  std::string origin;  ///< "default", "program", "environment LEFTFOLD_STORE" or "flag --store"
};

/// The settings of one App: store, broker, group, workers, max_in_flight, log_level, log_format, shutdown_timeout.
/// Values are kept as text and judged when they are used, so that a flag can mend a bad variable.
/// One thread at a time; const members from any thread while nobody calls set().
class Settings {
 public:
  using Environment = std::map<std::string, std::string>;  ///< variables and their values

  /// The variables of this process.
  [[nodiscard]] static Environment process_environment();

  /// Defaults for a program of this name ("shop" -> sqlite:shop.db), overruled by `environment`. A variable that is
  /// empty counts as not set.
  explicit Settings(std::string_view program, const Environment& environment = process_environment());

  /// Sets a value by name. `origin` says where it comes from and how strong it is: "flag --store" overrules everything,
  /// anything else only a default or what the program set before; whichever comes first.
  /// Throws Error(invalid_argument) for an unknown name, with the nearest known one.
  void set(std::string_view name, std::string value, std::string origin = "program");

  /// The value by name. Throws Error(invalid_argument) for an unknown name, with the nearest known one.
  [[nodiscard]] const Setting& get(std::string_view name) const;
  /// A count by name: digits only, at least 1. Throws as get(), and Error(invalid_config) that names the value, its
  /// origin and what is allowed.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// A duration by name: "500ms", "10s", "5m", "1h". Throws as count().
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view name) const;

  /// Looks at everything, so that a program fails at its start and not at the first use of a value.
  /// Throws Error(invalid_config) for the first value that is malformed and for a LEFTFOLD_ variable that is not known
  /// (with the nearest known one), Error(unsupported) for a store or broker that this build does not contain.
  void validate() const;

  /// Every setting, in a fixed order.
  [[nodiscard]] const std::vector<Setting>& all() const& noexcept { return settings_; }

 private:
  std::vector<Setting> settings_;
  std::vector<std::string> unknown_;  // LEFTFOLD_ variables that are no setting
};

}  // namespace leftfold
