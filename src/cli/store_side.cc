// SPDX-License-Identifier: Apache-2.0
#include "cli/store_side.h"

#include <utility>

namespace leftfold::inline v0::cli {
namespace {

Settings settings_of(const Context& context, std::string_view flag) {
  Settings settings = context.program.settings;
  const std::string given = context.line.flags.value(flag);
  if (flag != "--store") settings.set("store", given, "flag " + std::string{flag});
  settings.validate();
  return settings;
}

}  // namespace

runtime::ReadStore StoreSide::reading() const {
  const PublishedStore ports = store.published ? store.published("copy") : PublishedStore{};
  return {store.store.get(), ports.scan};
}

StoreSide side_of(const Context& context, std::string_view flag) {
  const Settings settings = settings_of(context, flag);
  StoreSide side;
  side.address = app::store_address(settings.get("store"));
  side.name = settings.get("store").value;
  if (side.address.kind == app::StoreKind::memory) {
    throw UsageError{"memory: ends with its own program, so there is nothing to move; use sqlite:FILE or dynamodb:"};
  }
  return side;
}

void open_side(StoreSide& side, const Context& context, std::string_view flag, SqliteOptions::Mode mode) {
  side.log = looking_log(context.program.settings);
  side.store = app::open_store(settings_of(context, flag), mode, *side.log);
}

}  // namespace leftfold::inline v0::cli
