// SPDX-License-Identifier: Apache-2.0
#include <leftfold/read_tables.h>

#include <algorithm>
#include <array>

#include <leftfold/error.h>
#include <leftfold/json_value.h>

#include "core/in_quotes.h"
#include "core/utf8.h"

namespace leftfold::inline v0 {
namespace {

using detail::in_quotes;

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_in_name(char c) { return is_small(c) || (c >= '0' && c <= '9') || c == '_'; }

// Those of the events in the file of a SQLite store, where read tables lie beside them.
constexpr std::array<std::string_view, 4> kTablesOfEvents{"streams", "events", "commands", "subscriptions"};

[[noreturn]] void refuse(std::string_view table, const std::string& why) {
  throw Error{Errc::invalid_argument, "table " + in_quotes(table) + ": " + why};
}

}  // namespace

void validate_table(std::string_view table) {
  if (table.empty() || table.size() > kMaxTableName || !is_small(table.front()) ||
      !std::all_of(table.begin(), table.end(), is_in_name)) {
    refuse(table, "a read table's name is of small letters, digits and '_', begins with a letter and has at most " +
                      std::to_string(kMaxTableName) + " characters, as in \"hot_products\"");
  }
  if (table.starts_with("leftfold_") || table.starts_with("sqlite_")) {
    refuse(table, "names that begin with \"leftfold_\" or \"sqlite_\" are taken; choose another");
  }
  if (std::ranges::find(kTablesOfEvents, table) != kTablesOfEvents.end()) {
    refuse(table, "a SQLite store has a table of this name in its file; choose another");
  }
}

void validate_row_key(std::string_view table, std::string_view key) {
  if (key.empty()) refuse(table, "a row's key is empty; it needs one character at least");
  if (key.size() > kMaxRowKey) {
    refuse(table, "a row's key has " + std::to_string(key.size()) + " bytes; at most " + std::to_string(kMaxRowKey) +
                      " are possible: use a hash of it, and keep the whole in the row");
  }
  if (key.find('\0') != key.npos || !detail::is_utf8(key)) {
    refuse(table, "the key " + in_quotes(key) + " is no text of UTF-8 without NUL");
  }
}

void validate_row_member(std::string_view table, std::string_view member) {
  const auto is_bad = [](char c) { return c == '"' || c == '\\' || (static_cast<unsigned char>(c) < 0x20); };
  if (member.empty() || member.size() > kMaxTableName * 4 || std::any_of(member.begin(), member.end(), is_bad) ||
      !detail::is_utf8(member)) {
    refuse(table, "a row's member cannot be called " + in_quotes(member) +
                      ": names are 1 to 256 bytes of UTF-8, without quotes, backslashes and control characters");
  }
  if (member == "k" || member == "s" || member == "r") {
    refuse(table, "a row's member cannot be called " + in_quotes(member) +
                      ": k, s and r are attributes of its own on DynamoDB; give it a longer name");
  }
}

void validate_row(std::string_view table, std::string_view key, std::string_view row) {
  const Json parsed = Json::parse(row);
  if (parsed.kind() != Json::Kind::object) refuse(table, "the row of " + in_quotes(key) + " is no JSON object");
  for (const Json::Member& member : parsed.members()) validate_row_member(table, member.name);
}

}  // namespace leftfold::inline v0
