// SPDX-License-Identifier: Apache-2.0
// Which files change most: a read table in the events' own file, exactly once.
#pragma once

#include <string>

#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/sqlite_read_model.h>

#include "git_history/file.h"

namespace git_history {

// [projector]
/// Keeps hot_files(file, path, present, changes, added, removed), a row a file, also for those that are gone.
struct HotFiles : leftfold::Projector<FileEvents> {
  explicit HotFiles(leftfold::SqliteReadModel& tables) : db{tables} {}
  leftfold::SqliteReadModel& read_model() { return db; }

  void reset() {
    db.execute("DROP TABLE IF EXISTS hot_files");
    db.execute(
        "CREATE TABLE hot_files(file TEXT PRIMARY KEY, path TEXT NOT NULL, present INTEGER NOT NULL, "
        "changes INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL) WITHOUT ROWID");
  }

  void on(const FileCreated& e, const leftfold::EventMetadata& meta) { count(meta.aggregate_id, e.path, e.change); }
  void on(const FileChanged& e, const leftfold::EventMetadata& meta) { count(meta.aggregate_id, e.path, e.change); }
  void on(const FileRenamed& e, const leftfold::EventMetadata& meta) {
    count(meta.aggregate_id, e.path, e.change);
    place(meta.aggregate_id, e.path, true);
  }
  void on(const FileDeleted& e, const leftfold::EventMetadata& meta) {
    count(meta.aggregate_id, e.path, e.change);
    db.execute("UPDATE hot_files SET present = 0 WHERE file = ?", meta.aggregate_id);
  }
  void on(const FileKeptByMerge& e, const leftfold::EventMetadata& meta) { place(meta.aggregate_id, e.path, true); }
  void on(const FileDroppedByMerge& e, const leftfold::EventMetadata& meta) { place(meta.aggregate_id, e.path, false); }

  leftfold::SqliteReadModel& db;

 private:
  // A change on another line of history names the path the file had there: the path stays while the file is there.
  void count(const std::string& file, const std::string& path, const Change& change) {
    db.execute(
        "INSERT INTO hot_files VALUES(?1, ?2, 1, 1, ?3, ?4) ON CONFLICT DO UPDATE SET "
        "path = iif(present, path, excluded.path), present = 1, changes = changes + 1, added = added + excluded.added, "
        "removed = removed + excluded.removed",
        file, path, change.added, change.removed);
  }
  void place(const std::string& file, const std::string& path, bool present) {
    db.execute(
        "INSERT INTO hot_files VALUES(?, ?, ?, 0, 0, 0) ON CONFLICT DO UPDATE SET path = excluded.path, "
        "present = excluded.present",
        file, path, present);
  }
};
// [/projector]

}  // namespace git_history
