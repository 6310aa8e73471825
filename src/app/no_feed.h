// SPDX-License-Identifier: Apache-2.0
// The broker `none:`.
#pragma once

#include <memory>

#include <leftfold/clock.h>
#include <leftfold/event_feed.h>

namespace leftfold::inline v0::app {

/// A broker that never brings an event: handlers wait until the stop. Any thread.
class NoFeed final : public EventFeed {
 public:
  explicit NoFeed(Clock& clock = system_clock()) : clock_{&clock} {}
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override;
  [[nodiscard]] Position head(std::int32_t partition) override;
  [[nodiscard]] Position checkpoint(std::string_view subscription) override;

 private:
  Clock* clock_;
};

}  // namespace leftfold::inline v0::app
