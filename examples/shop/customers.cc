#include "shop/customers.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
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

// One customer's commands, counted.
class Customer {
 public:
  Customer(const leftfold::Repository<Cart>& carts, std::int64_t number, Visits& visits)
      : carts_{carts}, visits_{visits}, number_{number} {}

  void visit() {
    Dice dice{number_};
    const std::string cart = "cart-" + std::to_string(number_);
    std::string first_product;
    const std::size_t products = 1 + dice.roll(4);
    for (std::size_t i = 0; i < products; ++i) {
      // The smaller of two rolls: some products sell better than others.
      const std::string product = kProducts.at(std::min(dice.roll(kProducts.size()), dice.roll(kProducts.size())));
      const int quantity = 1 + static_cast<int>(dice.roll(3));
      if (i == 0) first_product = product;
      execute(cart, [&](Cart& c) { c.add_item(product, quantity); });
    }
    if (products > 1 && dice.roll(5) == 0) execute(cart, [&](Cart& c) { c.remove_item(first_product, 1); });
    if (dice.roll(10) < 7) execute(cart, [](Cart& c) { c.check_out(); });
    if (number_ % 20 == 0) execute("cart-of-the-office", [](Cart& c) { c.add_item("coffee", 1); });
  }

 private:
  template <class Command>
  void execute(const std::string& cart, Command command) {
    int tries = 0;
    const auto result = carts_.execute(
        cart,
        [&](Cart& c) {
          ++tries;
          command(c);
        },
        {.idempotency_key = "customer-" + std::to_string(number_) + "/" + std::to_string(++step_), .context = {}});
    ++visits_.commands;
    if (tries > 1) visits_.conflicts += tries - 1;
    if (result.repeated) {
      ++visits_.repeated;
    } else {
      visits_.events += static_cast<std::int64_t>(result.events);
    }
  }

  const leftfold::Repository<Cart>& carts_;
  Visits& visits_;
  std::int64_t number_;
  int step_ = 0;
};

}  // namespace

bool visit(const leftfold::Repository<Cart>& carts, std::int64_t first, std::int64_t customers, std::size_t threads,
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
          while (!failed && !stop.stop_requested()) {
            const std::int64_t number = next++;
            if (number >= first + customers) return;
            Customer{carts, number, visits}.visit();
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
