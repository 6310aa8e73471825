// SPDX-License-Identifier: Apache-2.0
// A list on stdout: a table for people, or the document of --json.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "cli/json_object.h"
#include "cli/table.h"

namespace leftfold::inline v0::cli {

/// Writes rows as they come. One thread at a time; the context must outlive it.
class Rows {
 public:
  /// In the document the rows are the array `key` of the data.
  Rows(Context& context, std::string_view key, std::vector<Column> columns);

  void add(std::vector<std::string> cells, const JsonObject& object);
  /// Writes the lines added so far; a document is written at its end. Throws as Output::flush().
  void flush();
  /// Ends the document; `more` are further members of the data.
  void finish(const JsonObject& more = {});
  /// Ends the document of a command that failed; its error is still to be thrown.
  void fail(std::string_view code, std::string_view message, const JsonObject& more = {});
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void end(const JsonObject& more, const std::string& rest);

  Context& context_;
  Output out_;
  Table table_;
  std::size_t size_ = 0;
};

}  // namespace leftfold::inline v0::cli
