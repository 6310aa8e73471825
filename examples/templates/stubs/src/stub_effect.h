// SPDX-License-Identifier: Apache-2.0
// StubEffect: does something in the world when an event comes. What it throws is retried, then parked.
#pragma once

#include <iostream>

#include <leftfold/listener.h>
#include <leftfold/metadata.h>

#include "stub_thing.h"

struct StubEffect : leftfold::Listener<StubThingEvents> {
  // After a crash an event may come again, with the same meta.event_id.
  // [event]
  void on(const StubThingCreated&, const leftfold::EventMetadata& meta) const {
    std::clog << "StubEffect: StubThingCreated of " << meta.aggregate_id << '\n';
  }
  // [/event]
};
