// SPDX-License-Identifier: Apache-2.0
// Announce: does something in the world when an event comes. What it throws is retried, then parked: `minimal_app dlq
// ls`.
#pragma once

#include <iostream>

#include <leftfold/listener.h>
#include <leftfold/metadata.h>

#include "task.h"

struct Announce : leftfold::Listener<TaskEvents> {
  void on(const TaskDone&, const leftfold::EventMetadata& meta) const {
    std::clog << meta.aggregate_id << " is done\n";  // after a crash it may come again, with the same meta.event_id
  }
};
