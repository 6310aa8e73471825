// SPDX-License-Identifier: Apache-2.0
#include "git_history/paths.h"

#include <cstddef>

#include <leftfold/handler_table.h>

#include "git_history/text.h"

namespace git_history {

std::string file_id(std::string_view path, std::string_view commit) {
  constexpr std::size_t kHash = 12;  // as much of a commit as people write; the path makes it unique
  std::string id = shortened(path, leftfold::kMaxAggregateIdBytes - kHash - 1);
  return id.append("@").append(commit.substr(0, kHash));
}

std::string change_key(std::string_view commit, std::string_view path) {
  return std::string{commit}.append("/").append(shortened(path, leftfold::kMaxIdempotencyKeyBytes - commit.size() - 1));
}

Paths Paths::of(leftfold::EventStore& store, leftfold::Position finished) {
  constexpr std::size_t kPage = 1000;
  Paths paths;
  paths.finished_ = finished;
  const auto table = leftfold::HandlerTable::of(paths);
  leftfold::Position at;
  for (bool more = true; more;) {
    const leftfold::EventPage page = store.read_all(at, kPage);
    for (const auto& event : page) (void)table.handle(event);
    more = !page.empty();
    if (more) at = page.back().position;
  }
  // The store keeps the order within a file, not between files: a file that is at a path now goes before one that left.
  for (const auto& [id, path] : paths.path_of_) paths.last_at_.insert_or_assign(path, id);
  return paths;
}

const std::string* Paths::at(const std::string& path) const {
  const std::string* id = last_at(path);
  const std::string* now = id == nullptr ? nullptr : path_of(*id);
  return now != nullptr && *now == path ? id : nullptr;
}

const std::string* Paths::last_at(const std::string& path) const {
  const auto found = last_at_.find(path);
  return found == last_at_.end() ? nullptr : &found->second;
}

const std::string* Paths::path_of(const std::string& id) const {
  const auto found = path_of_.find(id);
  return found == path_of_.end() ? nullptr : &found->second;
}

void Paths::put(const std::string& path, const std::string& id) {
  last_at_.insert_or_assign(path, id);
  path_of_.insert_or_assign(id, path);
}

void Paths::take_away(const std::string& id) { path_of_.erase(id); }

}  // namespace git_history
