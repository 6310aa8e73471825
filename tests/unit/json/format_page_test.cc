// SPDX-License-Identifier: Apache-2.0
// Reads docs/format/json.md and checks every row of its tables.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "support/source_dir.h"
#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;
using namespace std::chrono;

namespace {

std::string strip(std::string cell) {
  while (cell.starts_with(' ')) cell.erase(0, 1);
  while (cell.ends_with(' ')) cell.pop_back();
  if (cell.size() >= 2 && cell.front() == '`' && cell.back() == '`' && cell.find('`', 1) == cell.size() - 1) {
    cell = cell.substr(1, cell.size() - 2);
  }
  return cell;
}

/// The rows of the table whose header starts with `| header |`.
std::vector<std::vector<std::string>> table(std::string_view header) {
  const auto page = leftfold::test_support::source_dir() / "docs/format/json.md";
  std::ifstream in{page};
  EXPECT_TRUE(in) << page;
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| " + std::string{header} + " |")) {
      inside = true;
      std::getline(in, line);  // the rule below the header
      continue;
    }
    if (!line.starts_with('|')) inside = false;
    if (!inside) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 1; at < line.size();) {
      const std::size_t end = line.find(" |", at);
      if (end == line.npos) break;
      cells.push_back(strip(line.substr(at, end - at)));
      at = end + 2;
    }
    rows.push_back(cells);
  }
  return rows;
}

using Choice = std::variant<std::monostate, Price, Cash, int, std::string>;
enum class PageColor { red, green };

sys_seconds moment() { return sys_days{2026y / November / 23} + 9h + 41min + 7s; }

/// What the rows of "Values" write, in their order; each also reads back.
template <class T>
std::string written(const T& value) {
  const std::string text = to_json(value);
  EXPECT_EQ(to_json(from_json<T>(text)), text);
  return text;
}

std::vector<std::string> values() {
  return {written(true),
          written(std::numeric_limits<std::int64_t>::min()),
          written(std::numeric_limits<std::uint64_t>::max()),
          written(0.1),
          written(1e20),
          written(5.0),
          written(std::string{"a\"b\n\x01ü"}),
          written(PageColor::green),
          written(std::optional<int>{}),
          written(std::optional<int>{5}),
          written(std::vector<int>{1, 2}),
          written(std::set<std::string>{"a", "b"}),
          written(std::map<std::string, int>{{"a", 1}}),
          written(Price{5, "EUR"}),
          written(Cash{}),
          written(Choice{Price{5, "EUR"}}),
          written(Choice{}),
          written(Choice{5}),
          written(moment()),
          written(Timestamp{moment()} + 120ms),
          written(1500ms),
          written(-90min),
          written(Bytes{std::byte{'f'}, std::byte{'o'}, std::byte{'o'}, std::byte{'b'}}),
          written(Uuid{}),
          written(Version{5})};
}

template <class T>
std::string read_and_write(std::string_view text) {
  return to_json(from_json<T>(text));
}

const std::map<std::string, std::function<std::string(std::string_view)>> kReaders = {
    {"Price", read_and_write<Price>},
    {"Color", read_and_write<PageColor>},
    {"set", read_and_write<std::set<std::string>>},
    {"map", read_and_write<std::map<std::string, int>>},
    {"double", read_and_write<double>},
    {"int", read_and_write<int>},
    {"bytes", read_and_write<Bytes>},
    {"sys_seconds", read_and_write<sys_seconds>},
    {"seconds", read_and_write<seconds>},
    {"milliseconds", read_and_write<milliseconds>},
};

}  // namespace

TEST(JsonFormatPage, every_value_is_written_as_the_page_says) {
  const auto rows = table("C++ type");
  const auto texts = values();
  ASSERT_EQ(rows.size(), texts.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 3U) << rows[i][0];
    EXPECT_EQ(rows[i][2], texts[i]) << rows[i][0];
  }
}

TEST(JsonFormatPage, every_rule_of_reading_holds) {
  const auto rows = table("rule");
  ASSERT_GE(rows.size(), 8U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 4U) << row[0];
    EXPECT_EQ(kReaders.at(row[2])(row[1]), row[3]) << row[0];
  }
}

TEST(JsonFormatPage, every_error_has_the_path_of_the_page) {
  const auto rows = table("error");
  ASSERT_GE(rows.size(), 13U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 4U) << row[0];
    try {
      ADD_FAILURE() << row[0] << " was read as " << kReaders.at(row[2])(row[1]);
    } catch (const JsonError& error) {
      EXPECT_EQ(error.path(), row[3]) << row[0] << ": " << error.what();
    }
  }
}
