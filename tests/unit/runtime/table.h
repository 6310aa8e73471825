// SPDX-License-Identifier: Apache-2.0
// A projector that lists the numbers it was given in a read model.
#pragma once

#include "fake_read_model.h"
#include "support.h"

namespace leftfold::runtime_test {

struct Table : Projector<TestEvents> {
  explicit Table(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event) { model.add(event.n); }
  FakeReadModel& model;
};

}  // namespace leftfold::runtime_test
