// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/kafka_settings.h"
#include "app/redaction.h"
#include "app/settings_reference.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

// Variables of others that count with dynamodb:.
constexpr std::array<std::string_view, 4> kOfDynamoDb{"AWS_", "DYNAMODB_", "EVENTSTORE_TABLE_NAME",
                                                      "ERRORSTORE_TABLE_NAME"};

class SettingRows {
 public:
  explicit SettingRows(Context& context)
      : with_origin_{context.line.flags.count("--origin") > 0}, rows_{context, "settings", columns(with_origin_)} {}

  /// `of`: what decides whether it is a secret; a handler's own name does not.
  void add(const std::string& name, std::string_view of, std::string_view value, const std::string& origin) {
    const std::string shown = app::redacted(of, value);
    JsonObject object;
    object.text("name", name).text("value", shown).text("origin", origin);
    std::vector<std::string> cells{name, shown.empty() ? "-" : shown};
    if (with_origin_) cells.push_back(origin);
    rows_.add(std::move(cells), object);
  }
  void finish() { rows_.finish(); }

 private:
  static std::vector<Column> columns(bool with_origin) {
    std::vector<Column> all{{"SETTING"}, {"VALUE"}};
    if (with_origin) all.push_back({"ORIGIN"});
    return all;
  }

  bool with_origin_;
  Rows rows_;
};

/// What is wrong with the settings; empty when nothing is.
std::string problem(const Settings& settings) {
  try {
    settings.validate();
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::string state_of(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  return status.type() == fs::file_type::not_found ? "missing" : "there";
}

}  // namespace

int show_config(Context& context) {
  const Settings& settings = context.program.settings;
  SettingRows rows{context};
  for (const Setting& each : settings.all()) rows.add(std::string{each.name}, each.name, each.value, each.origin);
  for (const KafkaProperty& each : settings.kafka_properties()) {
    rows.add(std::string{app::kPropertyTable} + "." + each.name, each.name, each.value, each.origin);
  }
  for (const std::string_view handler : settings.handlers()) {
    for (const Setting& each : settings.of_handler(handler)) {
      rows.add("handlers." + std::string{handler} + "." + std::string{each.name}, each.name, each.value, each.origin);
    }
  }
  if (settings.get("store").value.starts_with("dynamodb:")) {
    for (const auto& [name, value] : settings.environment()) {
      const bool counts = std::any_of(kOfDynamoDb.begin(), kOfDynamoDb.end(),
                                      [&n = name](std::string_view begin) { return n.starts_with(begin); });
      if (counts && !value.empty()) rows.add(name, name, value, "environment " + name);
    }
  }
  rows.finish();
  if (const std::string what = problem(settings); !what.empty()) hint(context, "not in order: " + what);
  return kSuccess;
}

int show_config_paths(Context& context) {
  const Settings& settings = context.program.settings;
  const Setting& config = settings.get("config");
  const std::string state = state_of(config.value);
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(config.value, error);
  Rows rows{context, "files", {{"FILE"}, {"STATE"}, {"NAMED BY"}}};
  JsonObject object;
  object.text("file", full.string()).text("state", state).text("origin", config.origin);
  rows.add({full.string(), state, config.origin}, object);
  rows.finish();
  if (state == "missing" && config.origin == "default") {
    hint(context, "no file is read; write leftfold.toml into the working folder, or name one: --config FILE");
  }
  if (const std::string what = problem(settings); !what.empty()) hint(context, "not in order: " + what);
  return kSuccess;
}

int validate_config(Context& context) {
  const Settings& settings = context.program.settings;
  if (context.program.app != nullptr) context.program.app->validate();
  auto given = static_cast<std::size_t>(std::count_if(settings.all().begin(), settings.all().end(),
                                                      [](const Setting& each) { return each.origin != "default"; }));
  given += settings.kafka_properties().size();
  for (const std::string_view handler : settings.handlers()) given += settings.of_handler(handler).size();
  if (context.json) {
    Output out;
    out.write(std::string{kEnvelopeStart} + JsonObject{}.count("given", given).str() + envelope_end());
    out.flush();
  }
  hint(context, "in order: " + counted(given, "setting") + " given, the others have their defaults");
  return kSuccess;
}

int list_profiles(Context& context) {
  const Settings& settings = context.program.settings;
  const std::string& chosen = settings.get("profile").value;
  Rows rows{context, "profiles", {{"PROFILE"}, {"CHOSEN"}}};
  for (const std::string& each : settings.profiles()) {
    JsonObject object;
    object.text("name", each).boolean("chosen", each == chosen);
    rows.add({each, each == chosen ? "yes" : "-"}, object);
  }
  rows.finish();
  if (const std::string what = problem(settings); !what.empty()) hint(context, "not in order: " + what);
  else if (rows.size() == 0) {
    hint(context, settings.get("config").value + " has no [profiles.NAME]");
  }
  return kSuccess;
}

int show_config_reference(Context& context) {
  Output out;
  if (context.json) throw UsageError{"config reference prints Markdown: leave --json out"};
  for (const std::string_view group : app::setting_groups()) {
    out.write((group == app::setting_groups().front() ? "" : "\n") + std::string{"<!-- settings: "} +
              std::string{group} + " -->\n" + app::settings_table(group) + "<!-- /settings -->\n");
  }
  out.flush();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
