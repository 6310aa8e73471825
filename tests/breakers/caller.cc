// SPDX-License-Identifier: Apache-2.0
#include "breakers/caller.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "breakers/shared_store.h"

namespace breakers {
namespace {

using namespace std::chrono_literals;
using leftfold::BreakerState;

void tell(int out, const std::string& word) {
  const std::string line =
      std::to_string(std::chrono::steady_clock::now().time_since_epoch() / 1ns) + ' ' + word + '\n';
  if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);  // nobody listens
}

// Waits a little; returns whether it shall go on.
bool wait_a_moment(int in, std::chrono::milliseconds time) {
  pollfd end{in, POLLIN, 0};
  return ::poll(&end, 1, static_cast<int>(time.count())) == 0;
}

}  // namespace

// All times are short, and still long against what a busy machine delays.
leftfold::BreakerOptions breaker_options() {
  leftfold::BreakerOptions options;
  options.window_time = 600ms;
  options.min_calls = 5;
  options.open = 300ms;
  options.max_open = 600ms;
  options.probe_successes = 3;
  return options;
}

leftfold::SharedBreakerOptions shared_options(const std::string& node) {
  leftfold::SharedBreakerOptions options;
  options.node = node;
  options.read_every = 100ms;
  options.probe_lease = 4s;
  options.ramp = 50ms;
  options.forget_after = 400ms;
  return options;
}

void call_for_ever(const Place& place, const std::string& node, int in, int out) {
  const std::shared_ptr<leftfold::BreakerStore> store = open_breakers(place.folder);
  leftfold::CircuitBreaker breaker{kBreaker, breaker_options()};
  breaker.on_change([&](BreakerState, BreakerState to) { tell(out, std::string{to_string(to)}); });
  leftfold::SharedBreaker shared{breaker, *store, shared_options(node)};
  tell(out, "ready");
  for (int calls = 0; wait_a_moment(in, 10ms); ++calls) {
    if (leftfold::system_clock().instant() >= shared.next_tick()) shared.tick();
    std::optional<leftfold::CircuitBreaker::Permit> permit = breaker.try_acquire("key-" + std::to_string(calls % 20));
    if (!permit) continue;
    const bool probe = breaker.state() == BreakerState::half_open;
    if (probe) {
      tell(out, "probe_begins");
      do {
        if (!wait_a_moment(in, 60ms)) return;  // a call takes its time
      } while (std::filesystem::exists(place.hanging()));
      tell(out, "probe_ends");
    }
    if (std::filesystem::exists(place.broken(node))) {
      permit->failed(leftfold::FailureClass::unavailable);
    } else {
      permit->succeeded();
    }
  }
}

}  // namespace breakers
