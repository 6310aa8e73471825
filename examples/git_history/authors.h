// SPDX-License-Identifier: Apache-2.0
// Who changes how much: a read table in the events' own file, exactly once.
#pragma once

#include <leftfold/projector.h>
#include <leftfold/sqlite_read_model.h>

#include "git_history/file.h"

namespace git_history {

/// Keeps authors(author, changes, added, removed): a change is one file in one commit.
struct Authors : leftfold::Projector<FileEvents> {
  explicit Authors(leftfold::SqliteReadModel& tables) : db{tables} {}
  leftfold::SqliteReadModel& read_model() { return db; }

  void reset() {
    db.execute("DROP TABLE IF EXISTS authors");
    db.execute(
        "CREATE TABLE authors(author TEXT PRIMARY KEY, changes INTEGER NOT NULL, added INTEGER NOT NULL, "
        "removed INTEGER NOT NULL) WITHOUT ROWID");
  }

  void on(const FileCreated& e) { count(e.change); }
  void on(const FileChanged& e) { count(e.change); }
  void on(const FileRenamed& e) { count(e.change); }
  void on(const FileDeleted& e) { count(e.change); }

  leftfold::SqliteReadModel& db;

 private:
  void count(const Change& change) {
    db.execute(
        "INSERT INTO authors VALUES(?, 1, ?, ?) ON CONFLICT DO UPDATE SET changes = changes + 1, "
        "added = added + excluded.added, removed = removed + excluded.removed",
        change.author, change.added, change.removed);
  }
};

}  // namespace git_history
