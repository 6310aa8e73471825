// SPDX-License-Identifier: Apache-2.0
#include "support/report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <ostream>

namespace examples {
namespace {

// Characters, not bytes: file names and authors are UTF-8. Wide characters count as one, which is near enough here.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padding(std::size_t wanted, std::string_view text) {
  const std::size_t has = width(text);
  return std::string(wanted > has ? wanted - has : 0, ' ');
}

std::string one_decimal(double value, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, unit);
  return text.data();
}

}  // namespace

std::string number(std::int64_t value) {
  std::string text = std::to_string(value);
  const std::size_t sign = value < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string rate(std::int64_t count, std::chrono::nanoseconds time) {
  if (time < std::chrono::milliseconds{1}) return "-";
  return number(static_cast<std::int64_t>(static_cast<double>(count) / std::chrono::duration<double>(time).count())) +
         "/s";
}

std::string seconds(std::chrono::nanoseconds time) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f s", std::chrono::duration<double>(time).count());
  return text.data();
}

std::string milliseconds(double time) { return one_decimal(time, "ms"); }

std::string bytes(std::uintmax_t size) {
  const auto value = static_cast<double>(size);
  if (value < 1024.0 * 1024.0) return one_decimal(value / 1024.0, "KiB");
  return one_decimal(value / (1024.0 * 1024.0), "MiB");
}

std::string quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

Table::Table(std::vector<std::string> columns) {
  for (auto& column : columns) {
    const bool numbers = column.starts_with('>');
    to_the_right_.push_back(numbers);
    if (numbers) column.erase(0, 1);
  }
  rows_.push_back(std::move(columns));
}

void Table::add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

void Table::print(std::ostream& out) const {
  const std::size_t columns = to_the_right_.size();
  std::vector<std::size_t> widths(columns);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width(row.at(i)));
  }
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line = " ";
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string& cell = rows_[r][i];
      const std::string pad = padding(widths[i], cell);
      line += i == 0 ? " " : "  ";
      line += to_the_right_[i] ? pad + cell : cell + (i + 1 < columns ? pad : "");
    }
    out << line << '\n';
    if (r > 0) continue;
    out << " ";
    for (std::size_t i = 0; i < columns; ++i) out << (i == 0 ? " " : "  ") << std::string(widths[i], '-');
    out << '\n';
  }
}

void print_facts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts) {
  std::size_t widest = 0;
  for (const auto& [name, value] : facts) widest = std::max(widest, width(name));
  for (const auto& [name, value] : facts) out << "  " << name << padding(widest, name) << "  " << value << '\n';
}

}  // namespace examples
