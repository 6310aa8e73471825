// SPDX-License-Identifier: Apache-2.0
// A Listener's subscription: a poll thread that takes and checkpoints, workers that handle.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/dispatch.h"
#include "runtime/subscription_loop.h"

namespace leftfold::inline v0::detail {

class ListenerLoop final : public SubscriptionLoop {
 public:
  ListenerLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run, std::size_t workers,
               std::size_t max_in_flight);
  ~ListenerLoop() override { join(); }

  void start() override;
  [[nodiscard]] bool handles_on_poll_thread() const noexcept override { return false; }
  void look() override { dispatch_.look(); }

 private:
  void attach(Subscription* subscription) override;
  bool turn(Subscription& subscription) override;
  void drain(Subscription& subscription) override;
  bool give_up(const Revocation& revocation) override;
  void accept(const Assignment& assignment) override;
  void add_to(SubscriptionStatus& status) const override { dispatch_.add_to(status); }
  [[nodiscard]] bool has_partition() const override { return dispatch_.has_partition(); }
  void store_checkpoints(Subscription& subscription, bool all);

  const std::size_t workers_;
  Dispatch dispatch_;
  FeedRetry checkpoint_retry_;
};

}  // namespace leftfold::inline v0::detail
