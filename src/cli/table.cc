// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::string_view kGap = "  ";

}  // namespace

Table::Table(std::vector<Column> columns, std::size_t most_columns, bool bold)
    : columns_{std::move(columns)}, most_columns_{most_columns}, bold_{bold} {
  for (const Column& column : columns_) widths_.push_back(std::max(column.least, column.title.size()));
}

void Table::add(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = printable(cells[i]);
    widths_[i] = std::max(widths_[i], width(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

std::string Table::take() {
  std::string text;
  if (!titled_ && !rows_.empty()) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.emplace_back(column.title);
    text = bold_ ? "\033[1m" + line(titles) + "\033[0m\n" : line(titles) + "\n";
    titled_ = true;
  }
  for (const std::vector<std::string>& cells : rows_) text += line(cells) + "\n";
  rows_.clear();
  return text;
}

std::string Table::line(std::span<const std::string> cells) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths_[i] - width(cells[i]), ' ');
    const bool last = i + 1 == cells.size();
    if (columns_[i].right) text += padding;
    text += cells[i];
    if (!columns_[i].right && !last) text += padding;
    if (!last) text += kGap;
  }
  return most_columns_ == 0 ? text : clipped(std::move(text), most_columns_);
}

}  // namespace leftfold::inline v0::cli
