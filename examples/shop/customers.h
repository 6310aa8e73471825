// SPDX-License-Identifier: Apache-2.0
// What customers do: a few commands each, the same for the same customer every time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <leftfold/repository.h>

#include "shop/cart.h"

namespace shop {

/// One command of a customer. Plain value.
struct Step {
  enum class Kind { add, remove, check_out };
  Kind kind = Kind::add;
  std::string cart;
  std::string product;  ///< not of a check-out
  int quantity = 1;     ///< not of a check-out
  std::string key;      ///< its idempotency key, so that a run that was killed can be repeated
};

/// The commands of a customer in their order: each fills cart-<number>, some take something out again, most check out;
/// every 20th also puts a coffee into the cart that the office shares.
[[nodiscard]] std::vector<Step> steps_of(std::int64_t customer);

/// Does to the cart what the step says. Throws CartRefused.
void perform(Cart& cart, const Step& step);

/// What became of a step. Plain value.
struct Done {
  std::size_t events = 0;  ///< that it stored
  bool repeated = false;   ///< its key was used before: by an earlier run that did not finish
  int again = 0;           ///< how often it was tried once more
};

/// What customers did, summed over all threads.
struct Visits {
  std::atomic<std::int64_t> commands{0};  // executed
  std::atomic<std::int64_t> repeated{0};  // of these, done before
  std::atomic<std::int64_t> events{0};    // stored now
  std::atomic<std::int64_t> again{0};     // tries after the first
};

/// Carries a customer's steps out. One thread.
using Cashier = std::function<Done(const Step& step)>;

/// Carries them out in this process. The store must outlive it.
[[nodiscard]] Cashier cashier_of(leftfold::Repository<Cart> carts);

/// Sends the customers `first` .. `first + customers - 1` through the shop on `threads` threads, each with a cashier of
/// its own, which `open` makes. Returns false when `stop` came first. Throws what a cashier threw first; the others end
/// then.
[[nodiscard]] bool visit(const std::function<Cashier()>& open, std::int64_t first, std::int64_t customers,
                         std::size_t threads, const std::stop_token& stop, Visits& visits);

}  // namespace shop
