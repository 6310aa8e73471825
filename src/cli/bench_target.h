// SPDX-License-Identifier: Apache-2.0
// What a bench measures: a temporary SQLite file, or with --write the store of the settings.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <leftfold/event_store.h>

#include "cli/context.h"
#include "cli/temporary_folder.h"

namespace leftfold::inline v0::cli {

/// The flags of bench. Plain value.
struct BenchPlan {
  std::size_t writers = 4;
  std::optional<std::size_t> events;  ///< empty: as many as the time allows
  std::size_t bytes = 200;            ///< of a payload
  std::size_t seconds = 5;
  bool write = false;

  /// Throws UsageError.
  [[nodiscard]] static BenchPlan from(const Context& context);
};

/// A store to measure, open as long as this; what is temporary is removed at its end.
class BenchTarget {
 public:
  /// Throws CommandFailed (refused) when --store is given without --write, UsageError, and as the stores do.
  BenchTarget(Context& context, const BenchPlan& plan);

  [[nodiscard]] EventStore& store() const noexcept { return *store_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }  ///< "a temporary file in DIR"
  /// A folder on the store's disk; null when it has none.
  [[nodiscard]] const TemporaryFolder* folder() const noexcept { return folder_ ? &*folder_ : nullptr; }

 private:
  void open_temporary(const Context& context);
  void open_own(Context& context);

  std::string name_;
  std::optional<TemporaryFolder> folder_;  // ends after what lies in it
  std::unique_ptr<Logger> log_;
  Opened opened_;
  std::unique_ptr<EventStore> temporary_;
  EventStore* store_ = nullptr;
};

}  // namespace leftfold::inline v0::cli
