// The check that the tables are right: a fold of every event, by the simplest code there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <leftfold/event_store.h>
#include <leftfold/handler_table.h>
#include <leftfold/projector.h>

#include "shop/cart.h"

namespace shop {

/// The totals of a shop, straight from its events.
struct Totals : leftfold::Projector<CartEvents> {
  void on(const CartItemAdded& e) { sold[e.product_id] += e.quantity; }
  void on(const CartItemRemoved& e) { sold[e.product_id] -= e.quantity; }
  void on(const CartCheckedOut& e) {
    ++receipts;
    items_bought += e.items;
  }

  std::map<std::string, std::int64_t> sold;
  std::int64_t receipts = 0;
  std::int64_t items_bought = 0;
};

/// Folds every event of `store` up to and including `last`. Throws as EventStore::read_all.
[[nodiscard]] inline Totals fold(leftfold::EventStore& store, leftfold::Position last) {
  constexpr std::size_t kPage = 1000;
  Totals totals;
  const auto table = leftfold::HandlerTable::of(totals);
  for (leftfold::Position at = leftfold::Position::start(); at < last;) {
    const leftfold::EventPage page = store.read_all(at, kPage);
    for (const auto& event : page) {
      if (event.position > last) break;
      (void)table.handle(event);
    }
    if (page.empty()) break;
    at = page.back().position;
  }
  return totals;
}

}  // namespace shop
