// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_control_store.h>

#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0 {
namespace {

void check_name(std::string_view subscription) {
  if (subscription.empty()) throw Error{Errc::invalid_argument, "controls: the subscription has no name"};
}

}  // namespace

MemoryControlStore::~MemoryControlStore() = default;

SubscriptionControl MemoryControlStore::find(std::string_view subscription) const {
  check_name(subscription);
  if (const auto known = controls_.find(subscription); known != controls_.end()) return known->second;
  SubscriptionControl control;
  control.subscription = subscription;
  return control;
}

void MemoryControlStore::put(SubscriptionControl control) {
  control.at = clock_.now();
  const auto place = controls_.try_emplace(control.subscription).first;
  place->second = std::move(control);
}

SubscriptionControl MemoryControlStore::control(std::string_view subscription) {
  const std::scoped_lock lock{mutex_};
  return find(subscription);
}

std::vector<SubscriptionControl> MemoryControlStore::controls() {
  const std::scoped_lock lock{mutex_};
  std::vector<SubscriptionControl> all;
  for (const auto& [name, control] : controls_) all.push_back(control);
  return all;
}

void MemoryControlStore::pause(std::string_view subscription, std::string_view by, std::string_view why) {
  const std::scoped_lock lock{mutex_};
  SubscriptionControl control = find(subscription);
  control.paused = true;
  control.by = by;
  control.why = why;
  put(std::move(control));
}

void MemoryControlStore::resume(std::string_view subscription, std::string_view by) {
  const std::scoped_lock lock{mutex_};
  SubscriptionControl control = find(subscription);
  control.paused = false;
  control.by = by;
  control.why.clear();
  put(std::move(control));
}

std::int64_t MemoryControlStore::restart(std::string_view subscription, std::string_view by) {
  const std::scoped_lock lock{mutex_};
  SubscriptionControl control = find(subscription);
  const std::int64_t restarts = ++control.restarts;
  control.by = by;
  put(std::move(control));
  return restarts;
}

}  // namespace leftfold::inline v0
