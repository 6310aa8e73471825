// SPDX-License-Identifier: Apache-2.0
// OpenTasks: a table to read, made from events. Rows and how far it is are stored together: each event counts once.
#pragma once

#include <string>

#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/read_table.h>

#include "task.h"

struct OpenTask {
  std::string title;
};

struct OpenTasks : leftfold::Projector<TaskEvents> {
  explicit OpenTasks(leftfold::ReadTables& tables) : table{tables, "open_tasks"} {}
  leftfold::ReadTables& read_model() { return table.tables(); }

  void reset() { table.clear(); }
  void on(const TaskOpened& e, const leftfold::EventMetadata& meta) { table.put(meta.aggregate_id, {e.title}); }
  void on(const TaskDone&, const leftfold::EventMetadata& meta) { table.erase(meta.aggregate_id); }

  leftfold::ReadTable<OpenTask> table;
};
