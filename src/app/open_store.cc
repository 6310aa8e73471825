#include "app/open_store.h"

#include <utility>

#include <leftfold/memory.h>

#include "app/address.h"

namespace leftfold::app {
namespace {

template <class Store>
OpenStore both_sides(std::shared_ptr<Store> store) {
  EventFeed* const feed = store.get();
  return {std::move(store), feed};
}

}  // namespace

OpenStore open_store(const Setting& address, SqliteOptions::Mode mode, Logger& log) {
  const StoreAddress where = store_address(address);
  if (where.kind == StoreKind::memory) return both_sides(std::make_shared<MemoryStore>());
  SqliteOptions options;
  options.file = where.file;
  options.mode = mode;
  options.log = &log;
  return both_sides(std::make_shared<SqliteStore>(std::move(options)));
}

}  // namespace leftfold::app
