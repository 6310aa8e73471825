// SPDX-License-Identifier: Apache-2.0
// A store that events are moved from or to.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/address.h"
#include "app/open_store.h"
#include "cli/context.h"
#include "runtime/migration/commit_importer.h"
#include "runtime/migration/store_walk.h"

namespace leftfold::inline v0::cli {

/// One side of a move, open as long as this.
struct StoreSide {
  app::StoreAddress address;
  std::string name;  ///< as it was given: "sqlite:shop.db"
  std::unique_ptr<Logger> log;
  app::OpenStore store;

  [[nodiscard]] runtime::ReadStore reading() const;
  [[nodiscard]] runtime::ImportTarget writing() const { return {store.store.get(), store.import}; }
};

/// The store that the flag names ("--from"), or the setting `store` for "--store". Not opened yet. Throws UsageError
/// for memory:, which ends with its own program, and Error as Settings::validate().
[[nodiscard]] StoreSide side_of(const Context& context, std::string_view flag);
/// Opens it; `mode` read_write creates what is missing. Throws as the store.
void open_side(StoreSide& side, const Context& context, std::string_view flag, SqliteOptions::Mode mode);

}  // namespace leftfold::inline v0::cli
