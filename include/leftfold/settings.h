// SPDX-License-Identifier: Apache-2.0
// Settings of a service: flag > environment > profile > file > program > default, each value with its origin.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0 {

/// One setting as it stands. Plain value; the views are to text that lives as long as the program.
struct Setting {
  std::string_view name;      ///< "store", "retry.max_attempts"
  std::string_view variable;  ///< "LEFTFOLD_STORE"
  std::string_view help;      ///< one line: what it is
  std::string_view allowed;   ///< what a value may be: "text or json"
  std::string value;
  /// "default", "program", "file leftfold.toml:12", "profile prod, leftfold.toml:30", "environment LEFTFOLD_STORE",
  /// "flag --store"
  std::string origin;
};

/// A property that is handed on to librdkafka. Plain value.
struct KafkaProperty {
  std::string name;    ///< "security.protocol"
  std::string value;   ///< may be a secret
  std::string origin;  ///< as Setting::origin
};

/// The settings of one App; docs/reference/environment.md lists them. Those of failures (retry.*, breaker.*,
/// dead_letters.* and a few more, see FailureOptions) may also be set for one handler alone, in the program or the
/// file: "handlers.SendReceipt.retry.max_attempts". What is said of one handler holds whatever is said of all.
///
/// The file is leftfold.toml in the working folder, if there is one, or what `config` names:
///
///     store = "sqlite:shop.db"
///     [retry]
///     max_attempts = 6
///     [handlers.SendReceipt.retry]
///     base = "1s"
///
/// With `profile` set to "prod", what stands below [profiles.prod], written as outside of it, overrules the rest of the
/// file.
///
/// Under kafka.properties stands any property of librdkafka: "kafka.properties.security.protocol"; its variable is
/// LEFTFOLD_KAFKA__SECURITY_PROTOCOL.
///
/// Values are kept as text and judged when they are used, so that a flag can mend a bad variable.
/// One thread at a time; const members from any thread while nobody calls set().
class Settings {
 public:
  using Environment = std::map<std::string, std::string>;  ///< variables and their values

  /// The variables of this process.
  [[nodiscard]] static Environment process_environment();

  /// Defaults for a program of this name ("shop" -> sqlite:shop.db), overruled by the file, that by `environment`. A
  /// variable that is empty counts as not set. What is wrong with either, validate() says.
  explicit Settings(std::string_view program, const Environment& environment = process_environment());

  /// Sets a value by name. `origin` says where it comes from and how strong it is: "flag --store" overrules everything,
  /// anything else only a default or what the program set before; whichever comes first. Setting `config` reads that
  /// file instead of the one before, setting `profile` reads it again.
  /// Throws Error(invalid_argument) for an unknown name, with the nearest known one.
  void set(std::string_view name, std::string value, std::string origin = "program");

  /// The value by name. Throws Error(invalid_argument) for an unknown name, with the nearest known one.
  [[nodiscard]] const Setting& get(std::string_view name) const;
  /// A count by name: digits only, at least 1. Throws as get(), and Error(invalid_config) that names the value, its
  /// origin and what is allowed.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// A duration by name: "500ms", "10s", "5m", "1h". Throws as count().
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view name) const;

  /// What is set under kafka.properties, by name.
  [[nodiscard]] std::span<const KafkaProperty> kafka_properties() const noexcept { return properties_; }

  /// Looks at everything, so that a program fails at its start and not at the first use of a value.
  /// Throws Error(invalid_config) for the first value that is malformed, for a LEFTFOLD_ variable that is not known
  /// (with the nearest known one), for a file that cannot be read or is not TOML, and for a key in it that is not known
  /// or whose value is of a wrong type, for a profile that it has not got (with the nearest), for a property that
  /// librdkafka does not take; Error(unsupported) for a store or broker that this build does not contain.
  void validate() const;

  /// The variables it was made with, for what names its own: AWS_REGION and the like.
  [[nodiscard]] const Environment& environment() const& noexcept { return environment_; }

  /// Every setting, in a fixed order.
  [[nodiscard]] const std::vector<Setting>& all() const& noexcept { return settings_; }
  /// The profiles of the file, by name.
  [[nodiscard]] const std::vector<std::string>& profiles() const& noexcept { return profiles_; }
  /// The handlers something is set for alone.
  [[nodiscard]] std::vector<std::string_view> handlers() const;
  /// What is set for one handler alone, under its names without the handler's ("retry.base"); empty when nothing is.
  [[nodiscard]] std::span<const Setting> of_handler(std::string_view handler) const noexcept;

 private:
  struct Given {
    std::string handler;  // empty: for all
    std::size_t setting;
    std::string value;
    std::string origin;
    std::string property{};  // of librdkafka; then there is no setting
  };
  void give(Given given);
  void read_file();
  void take_from_file(const std::string& file);
  void check_profile(const std::string& file) const;
  void settle();

  Environment environment_;
  std::vector<Given> given_;       // one a setting, handler and strength of origin
  std::vector<Setting> settings_;  // what follows from them
  std::map<std::string, std::vector<Setting>, std::less<>> handlers_;
  std::vector<KafkaProperty> properties_;
  std::vector<std::string> profiles_;
  std::vector<std::string> unknown_;  // LEFTFOLD_ variables that are no setting
  std::optional<Error> file_error_;
};

}  // namespace leftfold::inline v0
