// What customers do: a few commands each, the same for the same customer every time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stop_token>

#include <leftfold/repository.h>

#include "shop/cart.h"

namespace shop {

/// What a number of customers did. Sums over all threads.
struct Visits {
  std::atomic<std::int64_t> commands{0};   // executed
  std::atomic<std::int64_t> repeated{0};   // of these, already done by an earlier run that did not finish
  std::atomic<std::int64_t> events{0};     // stored now
  std::atomic<std::int64_t> conflicts{0};  // another thread was first: loaded and decided again
};

/// Sends the customers `first` .. `first + customers - 1` through the shop on `threads` threads: each fills
/// cart-<number>, some take something out again, most check out; every 20th also puts a coffee into the cart that the
/// office shares. Every command has an idempotency key, so a run that was killed can be repeated. Returns false when
/// `stop` came first.
/// Throws what a command threw.
[[nodiscard]] bool visit(const leftfold::Repository<Cart>& carts, std::int64_t first, std::int64_t customers,
                         std::size_t threads, const std::stop_token& stop, Visits& visits);

}  // namespace shop
