// SPDX-License-Identifier: Apache-2.0
// Command line of a benchmark program: --name value pairs, one result line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace leftfold::bench {

/// The `--name value` pairs a program was started with. One thread at a time.
class Arguments {
 public:
  /// Throws std::invalid_argument for anything that is not a pair.
  Arguments(int argc, char** argv);

  /// The value of `--name`; `fallback` when it was not given. The numbers throw std::invalid_argument for other text.
  [[nodiscard]] std::string text(const std::string& name, std::string_view fallback) const;
  [[nodiscard]] std::size_t count(const std::string& name, std::size_t fallback) const;
  [[nodiscard]] double seconds(const std::string& name, double fallback) const;

 private:
  std::map<std::string, std::string> values_;
};

/// One figure of a result.
using Figure = std::pair<std::string_view, double>;

/// Prints the figures as one line of JSON on stdout, which bench/run reads.
void print_figures(std::initializer_list<Figure> figures);

/// Runs `body(arguments)`; what it throws goes to stderr. Returns the exit code.
int run_program(int argc, char** argv, void (*body)(const Arguments& arguments));

}  // namespace leftfold::bench
