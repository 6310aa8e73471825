// SPDX-License-Identifier: Apache-2.0
// Task: what happened to it, what that adds up to, and its rules.
#pragma once

#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>
#include <leftfold/error.h>

// Events are stored by their names and fields: docs/guides/schema-evolution.md says how to change them.
struct TaskOpened {
  std::string title;
};
struct TaskDone {};
using TaskEvents = leftfold::Events<TaskOpened, TaskDone>;

struct TaskState {
  bool open = false;
  void apply(const TaskOpened&) { open = true; }
  void apply(const TaskDone&) { open = false; }
};

class Task : public leftfold::AggregateRoot<TaskState, TaskEvents> {
 public:
  using AggregateRoot::AggregateRoot;

  void open(std::string title) {
    if (title.empty()) throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " needs a title"};
    if (state().open) throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " is open already"};
    create_event(TaskOpened{std::move(title)});
  }
  void finish() {
    if (!state().open) throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " is not open"};
    create_event(TaskDone{});
  }
};
