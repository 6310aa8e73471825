// SPDX-License-Identifier: Apache-2.0
#include "shop/customers.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace shop {
namespace {

constexpr std::array<const char*, 24> kProducts{
    "apple", "bread", "milk",   "coffee", "pear",    "cheese", "eggs",  "butter", "tomato", "rice",   "tea",  "honey",
    "pasta", "olive", "yogurt", "onion",  "chicken", "orange", "sugar", "carrot", "pepper", "garlic", "salt", "lemon"};

// splitmix64 (Steele, Lea, Flood 2014): a customer's own dice, the same in every run.
class Dice {
 public:
  explicit Dice(std::int64_t customer) : state_{static_cast<std::uint64_t>(customer)} {}
  // A number from 0 to sides - 1.
  std::size_t roll(std::size_t sides) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<std::size_t>((z ^ (z >> 31U)) % sides);
  }

 private:
  std::uint64_t state_;
};

void count(const Done& done, Visits& visits) {
  ++visits.commands;
  visits.again += done.again;
  if (done.repeated) {
    ++visits.repeated;
  } else {
    visits.events += static_cast<std::int64_t>(done.events);
  }
}

}  // namespace

std::vector<Step> steps_of(std::int64_t customer) {
  Dice dice{customer};
  std::vector<Step> steps;
  const auto next = [&](Step step) {
    step.key = "customer-" + std::to_string(customer) + "/" + std::to_string(steps.size() + 1);
    steps.push_back(std::move(step));
  };
  const std::string cart = "cart-" + std::to_string(customer);
  const std::size_t products = 1 + dice.roll(4);
  for (std::size_t i = 0; i < products; ++i) {
    // The smaller of two rolls: some products sell better than others.
    const std::string product = kProducts.at(std::min(dice.roll(kProducts.size()), dice.roll(kProducts.size())));
    next({Step::Kind::add, cart, product, 1 + static_cast<int>(dice.roll(3)), {}});
  }
  if (products > 1 && dice.roll(5) == 0) next({Step::Kind::remove, cart, steps.front().product, 1, {}});
  if (dice.roll(10) < 7) next({Step::Kind::check_out, cart, {}, 0, {}});
  if (customer % 20 == 0) next({Step::Kind::add, "cart-of-the-office", "coffee", 1, {}});
  return steps;
}

void perform(Cart& cart, const Step& step) {
  switch (step.kind) {
    case Step::Kind::add: return cart.add_item(step.product, step.quantity);
    case Step::Kind::remove: return cart.remove_item(step.product, step.quantity);
    case Step::Kind::check_out: return cart.check_out();
  }
}

Cashier cashier_of(leftfold::Repository<Cart> carts) {
  return [carts](const Step& step) {
    Done done;
    const auto result = carts.execute(step.cart,
                                      [&](Cart& cart) {
                                        ++done.again;
                                        perform(cart, step);
                                      },
                                      {.idempotency_key = step.key, .context = {}});
    done.again = std::max(done.again - 1, 0);
    done.events = result.events;
    done.repeated = result.repeated;
    return done;
  };
}

bool visit(const std::function<Cashier()>& open, std::int64_t first, std::int64_t customers, std::size_t threads,
           const std::stop_token& stop, Visits& visits) {
  std::atomic<std::int64_t> next{first};
  std::atomic<bool> failed{false};
  std::mutex failure_mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 0; i < threads; ++i) {
      pool.emplace_back([&] {
        try {
          const Cashier cashier = open();
          while (!failed && !stop.stop_requested()) {
            const std::int64_t number = next++;
            if (number >= first + customers) return;
            for (const Step& step : steps_of(number)) count(cashier(step), visits);
          }
        } catch (...) {
          failed = true;
          const std::lock_guard lock{failure_mutex};
          if (!failure) failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
  return !stop.stop_requested();
}

}  // namespace shop
