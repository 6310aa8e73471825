// SPDX-License-Identifier: Apache-2.0
// The check that the tables are right: a fold of every event, by the simplest code there is, on any store.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <stop_token>
#include <string>

#include <leftfold/app.h>
#include <leftfold/projector.h>

#include "shop/cart.h"
#include "shop/receipts.h"

namespace shop {

/// The totals of a shop, straight from its events.
struct Totals : leftfold::Projector<CartEvents> {
  void reset() { *this = {}; }
  void on(const CartItemAdded& e) { sold[e.product_id] += e.quantity; }
  void on(const CartItemRemoved& e) { sold[e.product_id] -= e.quantity; }
  void on(const CartCheckedOut& e) {
    ++sent.receipts;
    sent.items += e.items;
  }

  std::map<std::string, std::int64_t> sold;
  Mail::Totals sent;
  std::uint64_t events = 0;  ///< of the whole store
};

/// Folds every event of the App's store. Throws as App::stored_events() and Replay::run.
[[nodiscard]] Totals fold(leftfold::App& app, const std::stop_token& stop);

enum class Verdict { right, wrong, stopped };

/// Compares the read table and the receipts with a fold of the store, and says in `out` what it found. When they
/// differ it waits while handlers have events before them, or while events may still be on their way to a broker, at
/// most `patience`; what it waits for goes to std::clog, once a second. Commands should rest meanwhile. Throws as
/// fold(), App::feed() and the tables.
[[nodiscard]] Verdict verify(leftfold::App& app, Mail& mail, std::chrono::nanoseconds patience,
                             const std::stop_token& stop, std::ostream& out);

/// The verb: `shop verify [--timeout 60]`. Returns the exit code: 0 right, 1 wrong. Throws
/// leftfold::Error(stopped) when the stop came first, and as verify().
[[nodiscard]] int verify_command(leftfold::App& app, Mail& mail, std::span<const std::string> arguments,
                                 const std::stop_token& stop);

}  // namespace shop
