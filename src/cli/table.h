// SPDX-License-Identifier: Apache-2.0
// Aligned columns for people.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::cli {

struct Column {
  std::string_view title;
  bool right = false;     ///< numbers
  std::size_t least = 0;  ///< characters, so that a table that grows keeps its shape
};

/// Lays rows out in columns; the last column is not padded. Columns grow with the rows seen so far and never shrink, so
/// a table can be written in parts. Cells are made printable. One thread at a time.
class Table {
 public:
  /// `most_columns` cuts lines at a terminal's width; 0 for never. `bold` writes the titles in bold.
  explicit Table(std::vector<Column> columns, std::size_t most_columns = 0, bool bold = false);

  void add(std::vector<std::string> cells);
  /// The rows added since the last call, as lines, with the titles before the first; empty without rows.
  [[nodiscard]] std::string take();

 private:
  [[nodiscard]] std::string line(std::span<const std::string> cells) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t most_columns_;
  bool bold_;
  bool titled_ = false;
};

}  // namespace leftfold::inline v0::cli
