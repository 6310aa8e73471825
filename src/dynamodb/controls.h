// SPDX-License-Identifier: Apache-2.0
// What operators want of subscriptions, in the second table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/control_store.h>
#include <leftfold/uuid.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// One item a subscription, all under one partition key, so that a list is a Query. `at` is by the clock of who asked.
/// Any thread. The clients must outlive it: `brief`, which gives up soon, is for controls(), which Runners call again
/// and again.
class Controls final : public ControlStore {
 public:
  Controls(Client& client, Client& brief, std::string table)
      : client_{client}, brief_{brief}, table_{std::move(table)} {}

  [[nodiscard]] SubscriptionControl control(std::string_view subscription) override;
  [[nodiscard]] std::vector<SubscriptionControl> controls() override;
  void pause(std::string_view subscription, std::string_view by, std::string_view why) override;
  void resume(std::string_view subscription, std::string_view by) override;
  std::int64_t restart(std::string_view subscription, std::string_view by) override;

 private:
  void set_paused(std::string_view subscription, bool paused, std::string_view by, std::string_view why);
  Client& client_;
  Client& brief_;
  const std::string table_;
};

/// The item of a control; `restart_id` names the call that asked for the last restart, and is there when one was asked
/// for. docs/stores/dynamodb.md shows it.
[[nodiscard]] Item control_item(const SubscriptionControl& control, const Uuid& restart_id);
/// Throws Error(corrupt) for an item that is no control.
[[nodiscard]] SubscriptionControl read_control(const Item& item);

}  // namespace leftfold::inline v0::dynamodb
