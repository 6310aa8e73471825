// SPDX-License-Identifier: Apache-2.0
// The simulation's own memory: which customers have been in the shop, so that the next run continues.
#pragma once

#include <cstdint>

#include <leftfold/aggregate_root.h>

namespace shop {

struct SimulationStarted {
  std::int64_t first_customer = 1;
  std::int64_t customers = 0;
};
struct SimulationFinished {};
using SimulationEvents = leftfold::Events<SimulationStarted, SimulationFinished>;

struct SimulationState {
  std::int64_t first_customer = 1;  // of the run in progress
  std::int64_t customers = 0;       // of the run in progress; 0 when there is none
  std::int64_t next_customer = 1;
  void apply(const SimulationStarted& e) {
    first_customer = e.first_customer;
    customers = e.customers;
    next_customer = e.first_customer + e.customers;
  }
  void apply(const SimulationFinished&) { customers = 0; }
};

class Simulation : public leftfold::AggregateRoot<SimulationState, SimulationEvents> {
 public:
  using AggregateRoot::AggregateRoot;

  /// Starts a run with new customers; a run that was not finished (stopped, killed) goes on instead.
  void start_or_go_on(std::int64_t customers) {
    if (state().customers == 0) create_event(SimulationStarted{state().next_customer, customers});
  }
  void finish() {
    if (state().customers != 0) create_event(SimulationFinished{});
  }
};

}  // namespace shop
