// SPDX-License-Identifier: Apache-2.0
// Runs handlers in a test until there is nothing left to do.
#pragma once

#include <stop_token>

#include <leftfold/event_feed.h>
#include <leftfold/runner.h>

namespace leftfold::inline v0::testing {

/// Runs the Runner on a thread of its own until every handler has handled every event of the feed, those that handlers
/// append meanwhile included; then stops it. When it returns, checkpoints are stored and no handler is called any more,
/// so a test may look at them freely. Returns early, with the Runner stopped, when `stop` is requested.
///
///     carts.execute("cart-1", [](Cart& cart) { cart.check_out(); });
///     run_until_idle(runner, store);
///     EXPECT_EQ(mailer.sent.size(), 1);
///
/// `feed` is the one the Runner was made with. Throws what Runner::run and EventFeed::head throw: HandlerFailed when a
/// handler threw. It does not return while a handler never finishes, or while another process has one of the
/// subscriptions.
void run_until_idle(Runner& runner, EventFeed& feed, const std::stop_token& stop = {});

}  // namespace leftfold::inline v0::testing
