// SPDX-License-Identifier: Apache-2.0
// What both services know: the events of an order. Nothing else of the one is seen by the other.
#pragma once

#include <string>

#include <leftfold/event.h>

// [contract]
struct OrderPlaced {
  std::string product;
  int quantity = 1;
  std::string address;
};
struct OrderCancelled {};
using OrderEvents = leftfold::Events<OrderPlaced, OrderCancelled>;
// [/contract]
