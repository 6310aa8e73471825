// SPDX-License-Identifier: Apache-2.0
// A folder that goes when the test ends, and a program run as a user runs it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "git_history/process.h"

namespace examples_test {

/// A new, empty folder. One thread.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "leftfold-example-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

/// Runs a program to its end.
inline Outcome run(const std::vector<std::string>& arguments) {
  git_history::Process process{arguments};
  Outcome outcome;
  while (const auto line = process.next('\n')) outcome.output.append(*line).append("\n");
  outcome.exit_code = process.finish();
  outcome.errors = process.errors();
  return outcome;
}

}  // namespace examples_test
