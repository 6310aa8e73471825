// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <leftfold/app.h>
#include <leftfold/cli.h>

#include "announce.h"
#include "open_tasks.h"
#include "task.h"

int usage(const char* text) {
  std::cerr << "usage: " << text << '\n';
  return 2;
}

int main(int argc, char** argv) {
  leftfold::App app{"minimal_app"};
  app.aggregate<Task>();
  const OpenTasks& tasks = app.projector<OpenTasks>(app.read_tables());
  app.listener<Announce>();

  app.command("open", "TASK TITLE: open a task", [](auto& a, auto arguments, const auto&) {
    if (arguments.size() != 2) return usage("open TASK TITLE");
    a.template repository<Task>().execute(arguments[0], [&](Task& task) { task.open(arguments[1]); });
    return 0;
  });
  app.command("finish", "TASK: a task is done", [](auto& a, auto arguments, const auto&) {
    if (arguments.size() != 1) return usage("finish TASK");
    a.template repository<Task>().execute(arguments[0], [](Task& task) { task.finish(); });
    return 0;
  });
  app.command("tasks", "what is open, as far as `run` has come", [&](auto&, auto, const auto&) {
    for (const auto& [id, row] : tasks.table.rows()) std::cout << id << ": " << row.title << '\n';
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
}
