// SPDX-License-Identifier: Apache-2.0
#include "lambda/emulator.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <leftfold/error.h>

#include "lambda/publisher_function.h"
#include "support/source_dir.h"

namespace leftfold::test_lambda {
namespace {

std::string installed() {
  const char* const given = std::getenv("LEFTFOLD_TEST_LAMBDA_RIE");  // NOLINT(concurrency-mt-unsafe)
  if (given != nullptr && *given != '\0') return given;
  std::ifstream file{test_support::source_dir() / "build/services/lambda.env"};
  const std::string key = "LEFTFOLD_TEST_LAMBDA_RIE=";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  throw std::runtime_error{"the Runtime Interface Emulator is not installed; run scripts/services up lambda"};
}

/// An address of this machine for one emulator of this process alone, so that nobody takes its ports before it does.
std::string own_host() {
  static std::atomic<unsigned> count{0};
  const auto id = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(1 + (id / 65'536 + count++) % 200) + '.' + std::to_string(id / 256 % 256) + '.' +
         std::to_string(id % 256);
}

}  // namespace

Emulator::Emulator(const std::map<std::string, std::string>& variables, const std::filesystem::path& folder)
    : host_{own_host()},
      log_{folder / "log"},
      process_{{.program = installed(),
                .arguments = {"--runtime-interface-emulator-address", host_ + ":8080", "--runtime-api-address",
                              host_ + ":9001", bootstrap()},
                .environment = variables,
                .log = log_}} {}

// That the emulator is ready is said by its answer alone.
std::string Emulator::invoke(const std::string& payload) {
  const http::Request request{.method = "POST",
                              .url = "http://" + host_ + ":8080/2015-03-31/functions/function/invocations",
                              .body = payload,
                              .timeout = http::kNoTimeout};
  for (;;) {
    try {
      return client_.send(request).body;
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});  // asking again: the test's own time limit ends it
    }
  }
}

pid_t Emulator::function() const {
  const std::filesystem::path threads = "/proc/" + std::to_string(process_.id()) + "/task";
  for (const auto& thread : std::filesystem::directory_iterator{threads}) {
    pid_t child = 0;
    if (std::ifstream{thread.path() / "children"} >> child) return child;
  }
  throw std::runtime_error{"the emulator has no function that runs"};
}

std::string Emulator::log() const {
  std::ostringstream text;
  text << std::ifstream{log_}.rdbuf();
  return text.str();
}

}  // namespace leftfold::test_lambda
