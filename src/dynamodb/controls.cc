// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/controls.h"

#include <chrono>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/append_marker.h"
#include "dynamodb/fields.h"
#include "dynamodb/partition.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;

constexpr std::string_view kControl = "control";
constexpr std::string_view kRestarts = "restarts";
constexpr std::string_view kRestartId = "restartId";
constexpr int kMostTries = 100;  // each that fails is another's restart that succeeded

Item control_key(std::string_view subscription) {
  if (subscription.empty()) throw Error{Errc::invalid_argument, "controls: the subscription has no name"};
  return {{std::string{kKind}, kControl}, {std::string{kSort}, subscription}};
}

Number now_by(const Client& client) { return number(client.options().clock->now().time_since_epoch().count()); }

}  // namespace

Item control_item(const SubscriptionControl& control, const Uuid& restart_id) {
  Item item = control_key(control.subscription);
  item.push_back({"paused", control.paused});
  item.push_back({std::string{kRestarts}, number(control.restarts)});
  if (control.restarts > 0) item.push_back({std::string{kRestartId}, bytes_of(restart_id)});
  item.push_back({"by", control.by});
  item.push_back({"why", control.why});
  item.push_back({"at", number(control.at.time_since_epoch().count())});
  return item;
}

SubscriptionControl read_control(const Item& item) {
  Fields fields{item};
  SubscriptionControl control;
  control.subscription = fields.text(kSort);
  control.paused = fields.flag("paused");
  control.restarts = fields.integer(kRestarts);
  control.by = fields.text("by");
  control.why = fields.text("why");
  control.at = Timestamp{std::chrono::milliseconds{fields.integer("at")}};
  if (!fields.whole() || fields.text(kKind) != kControl || control.subscription.empty() || control.restarts < 0) {
    throw Error{Errc::corrupt, "what was asked of subscription " + in_quotes(control.subscription) +
                                   " cannot be read; remove the item from the second table, and pause it again if it "
                                   "shall be paused"};
  }
  return control;
}

SubscriptionControl Controls::control(std::string_view subscription) {
  const GetResult found = client_.get(table_, control_key(subscription));
  if (found.item) return read_control(*found.item);
  SubscriptionControl none;
  none.subscription = subscription;
  return none;
}

std::vector<SubscriptionControl> Controls::controls() {
  std::vector<SubscriptionControl> controls;  // by name, which is the sort key
  each_item(brief_, query_of(table_, std::string{kControl}), [&](const Item& item) {
    controls.push_back(read_control(item));
    return true;
  });
  return controls;
}

// Sent twice, it is as if it had been asked for once, at the later time.
void Controls::set_paused(std::string_view subscription, bool paused, std::string_view by, std::string_view why) {
  ItemWrite write;
  write.kind = ItemWrite::Kind::update;
  write.table = table_;
  write.item = control_key(subscription);
  write.update = "SET #p = :p, #r = if_not_exists(#r, :none), #b = :b, #w = :w, #a = :a";
  write.condition.names = {{"#p", "paused"}, {"#r", std::string{kRestarts}}, {"#b", "by"}, {"#w", "why"}, {"#a", "at"}};
  write.condition.values = {{":p", paused}, {":none", number(0)}, {":b", by}, {":w", why}, {":a", now_by(client_)}};
  (void)client_.write(write);
}

void Controls::pause(std::string_view subscription, std::string_view by, std::string_view why) {
  set_paused(subscription, true, by, why);
}

void Controls::resume(std::string_view subscription, std::string_view by) { set_paused(subscription, false, by, ""); }

// By compare-and-set: an addition whose answer was lost, and that is sent again, might count twice.
std::int64_t Controls::restart(std::string_view subscription, std::string_view by) {
  std::int64_t restarts = control(subscription).restarts;
  const Uuid id = Uuid::v7(client_.options().clock->now());
  for (int tries = 0; tries < kMostTries; ++tries) {
    ItemWrite write;
    write.kind = ItemWrite::Kind::update;
    write.table = table_;
    write.item = control_key(subscription);
    write.update =
        "SET #r = :next, #i = :i, #p = if_not_exists(#p, :no), #b = :b, #w = if_not_exists(#w, :none), #a = :a";
    write.condition.text = restarts == 0 ? "attribute_not_exists(#r) OR #r = :r" : "#r = :r";
    write.condition.names = {{"#r", std::string{kRestarts}},
                             {"#i", std::string{kRestartId}},
                             {"#p", "paused"},
                             {"#b", "by"},
                             {"#w", "why"},
                             {"#a", "at"}};
    write.condition.values = {{":r", number(restarts)},
                              {":next", number(restarts + 1)},
                              {":i", bytes_of(id)},
                              {":no", false},
                              {":b", by},
                              {":none", std::string_view{}},
                              {":a", now_by(client_)}};
    const WriteResult result = client_.write(write);
    if (result.applied) return restarts + 1;
    // What is in the way may be what an earlier attempt of this very call wrote, here or inside of DynamoDB.
    const bool mine = result.old && find_uuid(*result.old, kRestartId) == id;
    const std::int64_t stored = result.old ? read_control(*result.old).restarts : control(subscription).restarts;
    if (mine) return stored;
    // Another's restart has the number that this one would have: this one was never stored.
    if (result.in_doubt && stored != restarts + 1) {
      throw Error{Errc::in_doubt, "restart of " + in_quotes(subscription) +
                                      ": the answer was lost, and others asked for one since; it is restarted anyway"};
    }
    restarts = stored;
  }
  throw Error{Errc::throttled, "restart of " + in_quotes(subscription) + ": others ask for it all the time; try again"};
}

}  // namespace leftfold::inline v0::dynamodb
