// SPDX-License-Identifier: Apache-2.0
// Which file lives at which path: what the importer must know to give a commit's paths to the right aggregates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <leftfold/event_store.h>
#include <leftfold/metadata.h>
#include <leftfold/projector.h>

#include "git_history/file.h"

namespace git_history {

/// The identity of a file: the path it was born under, '@', the commit. Not longer than an aggregate id may be.
[[nodiscard]] std::string file_id(std::string_view path, std::string_view commit);

/// Names one file's part in one commit: the idempotency key of its event.
[[nodiscard]] std::string change_key(std::string_view commit, std::string_view path);

/// A fold of the events of all finished imports into: path -> file. Of an import that was cut short it knows which
/// changes are stored, and no more: so the import, done again, decides the same. The importer keeps the fold up to date
/// with on(event, id) while it writes. One thread.
class Paths : public leftfold::Projector<FileEvents> {
 public:
  /// The fold of the events in `store`; `finished` is the position of the last ImportFinished. Throws as
  /// EventStore::read_all.
  [[nodiscard]] static Paths of(leftfold::EventStore& store, leftfold::Position finished);

  /// The file at `path`; nullptr when there is none.
  [[nodiscard]] const std::string* at(const std::string& path) const;
  /// The file that was last at `path`, be it renamed or deleted since; nullptr when there never was one.
  [[nodiscard]] const std::string* last_at(const std::string& path) const;
  /// Where a file is; nullptr when it is gone.
  [[nodiscard]] const std::string* path_of(const std::string& id) const;
  /// Every file that is there, with its path. Where lines of history made two files meet, both are there.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> present() const {
    return {path_of_.begin(), path_of_.end()};
  }
  /// True when an import that was cut short has stored this change.
  [[nodiscard]] bool stored(const std::string& change_key) const { return stored_.contains(change_key); }

  void on(const FileCreated& e, const std::string& id) { put(e.path, id); }
  void on(const FileChanged& e, const std::string& id) {
    if (path_of(id) == nullptr) put(e.path, id);
  }
  void on(const FileRenamed& e, const std::string& id) { put(e.path, id); }
  void on(const FileDeleted&, const std::string& id) { take_away(id); }
  void on(const FileKeptByMerge& e, const std::string& id) { put(e.path, id); }
  void on(const FileDroppedByMerge&, const std::string& id) { take_away(id); }

  template <class E>
  void on(const E& e, const leftfold::EventMetadata& meta) {
    if (meta.position <= finished_) {
      on(e, meta.aggregate_id);
    } else if constexpr (requires { e.change; }) {
      stored_.insert(change_key(e.change.commit, e.path));
    }
  }

 private:
  void put(const std::string& path, const std::string& id);
  void take_away(const std::string& id);

  leftfold::Position finished_;
  std::unordered_map<std::string, std::string> last_at_;  // path -> file
  std::unordered_map<std::string, std::string> path_of_;  // file -> path, of those that are there
  std::unordered_set<std::string> stored_;
};

}  // namespace git_history
