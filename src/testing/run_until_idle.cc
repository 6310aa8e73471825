#include <leftfold/testing/run_until_idle.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace leftfold::testing {
namespace {

// While this is false, what the Runner says of its handlers may be about the run before.
bool has_begun(const Runner& runner) {
  return std::ranges::none_of(runner.status(), [](const SubscriptionStatus& handler) {
    return handler.state == "stopped" || handler.state == "starting";
  });
}

}  // namespace

void run_until_idle(Runner& runner, EventFeed& feed, const std::stop_token& stop) {
  std::atomic<bool> ended{false};
  std::exception_ptr failure;
  std::jthread thread{[&](const std::stop_token& own_stop) {
    try {
      runner.run(own_stop);
    } catch (...) {
      failure = std::current_exception();
    }
    ended = true;
  }};
  while (!ended && !stop.stop_requested()) {
    const Position head = feed.head(0);
    // False also when the run has not begun, which has no signal of its own and is over in an instant.
    if (!has_begun(runner) || !runner.wait_until_handled(head, stop, kNever)) {
      std::this_thread::yield();
    } else if (feed.head(0) == head) {
      break;
    }
  }
  thread.request_stop();
  thread.join();
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace leftfold::testing
