// SPDX-License-Identifier: Apache-2.0
// AWS's own Runtime Interface Emulator with the function in it, which scripts/services installs.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "http/client.h"
#include "support/child_process.h"

namespace leftfold::test_lambda {

/// Starts the function with its first invocation, and anew after it has ended. One thread at a time.
class Emulator {
 public:
  /// `variables` are the function's; `folder` is for its log. Throws std::runtime_error when it is not installed.
  Emulator(const std::map<std::string, std::string>& variables, const std::filesystem::path& folder);

  /// What the invoker gets.
  std::string invoke(const std::string& payload);
  /// The process of the function. Throws std::runtime_error when there is none.
  [[nodiscard]] pid_t function() const;
  [[nodiscard]] std::string log() const;

 private:
  const std::string host_;
  const std::filesystem::path log_;
  test_support::ChildProcess process_;
  http::Client client_;
};

}  // namespace leftfold::test_lambda
