// Opens the store a setting names.
#pragma once

#include <memory>

#include <leftfold/event_feed.h>
#include <leftfold/event_store.h>
#include <leftfold/log.h>
#include <leftfold/settings.h>
#include <leftfold/sqlite.h>

namespace leftfold::app {

/// A store and its own broker; both are parts of one object and end with it.
struct OpenStore {
  std::shared_ptr<EventStore> store;
  EventFeed* feed = nullptr;
};

/// Opens it; memory: gives a new, empty one. Throws as store_address() and as the store's constructor.
[[nodiscard]] OpenStore open_store(const Setting& address, SqliteOptions::Mode mode, Logger& log);

}  // namespace leftfold::app
