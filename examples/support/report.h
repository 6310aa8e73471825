// SPDX-License-Identifier: Apache-2.0
// Output for people: numbers with separators, aligned columns, speeds.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace examples {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string number(std::int64_t value);

/// A count over a time as "12,345/s"; "-" when the time is too short to say.
[[nodiscard]] std::string rate(std::int64_t count, std::chrono::nanoseconds time);

/// A time as "2.41 s".
[[nodiscard]] std::string seconds(std::chrono::nanoseconds time);

/// A time as "2.4 ms".
[[nodiscard]] std::string milliseconds(double time);

/// A size as "12.3 MiB".
[[nodiscard]] std::string bytes(std::uintmax_t size);

/// A text as one word of a POSIX shell.
[[nodiscard]] std::string quoted(std::string_view text);

/// Lines of cells, printed in columns: columns of numbers to the right, others to the left. One thread.
class Table {
 public:
  /// Names of the columns; a name that begins with '>' belongs to a column of numbers.
  explicit Table(std::vector<std::string> columns);
  /// Adds a row; it has as many cells as there are columns.
  void add(std::vector<std::string> cells);
  /// Prints the names, a rule and the rows, indented by two.
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> to_the_right_;
};

/// Facts as "  name          value", names padded to one width.
void print_facts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace examples
