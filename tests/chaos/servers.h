// SPDX-License-Identifier: Apache-2.0
// The servers of a chaos run, and what is done to them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <random>
#include <string>

#include "dynamodb/fault_proxy.h"

namespace leftfold::test_chaos {

/// What DynamoDB does to each request that comes by the proxy. Any thread.
class TableWeather {
 public:
  enum class Kind { calm, flaky, throttled, gone };
  explicit TableWeather(std::uint64_t seed) : random_{seed} {}

  void become(Kind kind) {
    const std::scoped_lock lock{mutex_};
    kind_ = kind;
  }
  /// For FaultProxy::follow().
  [[nodiscard]] test_dynamodb::Fault next();

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
  Kind kind_ = Kind::calm;
};
[[nodiscard]] std::string_view to_string(TableWeather::Kind kind) noexcept;

/// Cuts the network between every process and a port of 127.0.0.1, silently for connections that are there, in a
/// network of this process's own (scripts/chaos makes it). One thread.
class NetworkCuts {
 public:
  /// Whether the machine lets this process cut anything: in its own network namespace, with the right to.
  [[nodiscard]] static bool allowed();
  /// Throws std::runtime_error.
  NetworkCuts();
  void cut(std::uint16_t port) { rules("add", port); }
  void mend(std::uint16_t port) { rules("del", port); }

 private:
  static void rules(const std::string& action, std::uint16_t port);
};

}  // namespace leftfold::test_chaos
