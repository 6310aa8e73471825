// SPDX-License-Identifier: Apache-2.0
// StubThing: what happened to it, what that adds up to, and its rules.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>
#include <leftfold/error.h>

struct StubThingCreated {
  std::int64_t a_field = 0;  // [field]
};
using StubThingEvents = leftfold::Events<StubThingCreated>;

struct StubThingState {
  bool created = false;
  std::int64_t a_field = 0;  // [field]

  void apply([[maybe_unused]] const StubThingCreated& e) {
    created = true;
    a_field = e.a_field;  // [field]
  }
};

class StubThing : public leftfold::AggregateRoot<StubThingState, StubThingEvents> {
 public:
  using AggregateRoot::AggregateRoot;

  void create(StubThingCreated created) {
    if (state().created) throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " is there already"};
    create_event(std::move(created));
  }
};
