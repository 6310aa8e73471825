// SPDX-License-Identifier: Apache-2.0
// The store that the processes share, and what its tests do to it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <leftfold/breaker_store.h>

namespace breakers {

/// One thread at a time, except breakers().
class SharedStore {
 public:
  virtual ~SharedStore() = default;

  /// The store as the test sees it, whatever the processes are kept from.
  [[nodiscard]] virtual leftfold::BreakerStore& breakers() = 0;
  /// Grows with each write of any process.
  [[nodiscard]] virtual int writes() = 0;
  /// Nobody can write while `during` runs.
  virtual void without_writes(const std::function<void()>& during) = 0;
  /// The store is gone while `during` runs.
  virtual void away(const std::function<void()>& during) = 0;
};

/// In this folder. The processes find it there by open_breakers().
using MakeSharedStore = std::unique_ptr<SharedStore> (*)(const std::filesystem::path& folder);
[[nodiscard]] std::unique_ptr<SharedStore> make_sqlite(const std::filesystem::path& folder);
[[nodiscard]] std::unique_ptr<SharedStore> make_dynamodb(const std::filesystem::path& folder);

/// What make_dynamodb() left there for the processes; null when it did not.
[[nodiscard]] std::shared_ptr<leftfold::BreakerStore> open_dynamodb(const std::filesystem::path& folder);
/// The store of a process, made by either.
[[nodiscard]] std::shared_ptr<leftfold::BreakerStore> open_breakers(const std::filesystem::path& folder);

}  // namespace breakers
