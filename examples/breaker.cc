// SPDX-License-Identifier: Apache-2.0
// A circuit breaker by itself, around any call.
#include <leftfold/circuit_breaker.h>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;

namespace {

// Something that is called over a network. It does not answer at first.
struct Bank {
  int calls = 0;
  int charge(int cents) {
    if (++calls <= 5) throw std::runtime_error{"the bank does not answer"};
    return cents;
  }
};

}  // namespace

int main() {
  Bank bank;
  // [breaker]
  leftfold::BreakerOptions options;
  options.min_calls = 5;  // of at least five calls
  options.failure_rate = 0.5;
  options.open = 100ms;
  leftfold::CircuitBreaker breaker{"bank", options};

  for (int order = 1; order <= 10; ++order) {
    try {
      const int charged = breaker.call([&] { return bank.charge(100 * order); });
      std::cout << "order " << order << ": charged " << charged << "\n";
    } catch (const leftfold::CircuitOpen& e) {  // the bank was not called
      std::cout << "order " << order << ": later (" << e.what() << ")\n";
      std::this_thread::sleep_for(e.retry_in().value_or(1s));
    } catch (const std::runtime_error& e) {
      std::cout << "order " << order << ": " << e.what() << "\n";
    }
  }
  // [/breaker]
  const leftfold::BreakerStatus status = breaker.status();
  std::cout << "the breaker is " << to_string(status.state) << ", the bank was called " << bank.calls << " times\n";
  return status.state == leftfold::BreakerState::closed && bank.calls == 9 ? 0 : 1;
}
