// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_cursor_store.h>

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0 {
namespace {

void check(std::string_view aggregate_id) {
  if (aggregate_id.empty()) {
    throw Error{Errc::invalid_argument, "MemoryCursorStore: an aggregate id is empty; each aggregate needs a name"};
  }
}

}  // namespace

std::vector<Version> MemoryCursorStore::load(std::span<const std::string_view> aggregate_ids) {
  for (const std::string_view id : aggregate_ids) check(id);
  const std::scoped_lock lock{mutex_};
  std::vector<Version> found;
  found.reserve(aggregate_ids.size());
  for (const std::string_view id : aggregate_ids) {
    const auto at = cursors_.find(id);
    found.push_back(at == cursors_.end() ? Version::none() : at->second);
  }
  return found;
}

void MemoryCursorStore::advance(std::span<const PublishCursor> cursors) {
  for (const PublishCursor& cursor : cursors) check(cursor.aggregate_id);
  const std::scoped_lock lock{mutex_};
  for (const PublishCursor& cursor : cursors) {
    Version& stored = cursors_[cursor.aggregate_id];
    stored = std::max(stored, cursor.published);
  }
}

bool MemoryCursorStore::remove(std::string_view aggregate_id) {
  check(aggregate_id);
  const std::scoped_lock lock{mutex_};
  const auto at = cursors_.find(aggregate_id);
  if (at == cursors_.end()) return false;
  cursors_.erase(at);
  return true;
}

}  // namespace leftfold::inline v0
