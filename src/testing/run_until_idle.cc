// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/run_until_idle.h>

namespace leftfold::inline v0::testing {

void run_until_idle(Runner& runner, EventFeed& feed, const std::stop_token& stop) {
  Running running = runner.start();
  for (Position head = feed.head(0);;) {
    if (!runner.wait_until_handled(head, stop, kNever)) break;  // stopped, or a handler failed
    const Position now = feed.head(0);
    if (now == head) break;
    head = now;  // handlers appended meanwhile
  }
  running.finish();
}

}  // namespace leftfold::inline v0::testing
