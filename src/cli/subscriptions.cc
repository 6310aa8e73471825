// SPDX-License-Identifier: Apache-2.0
#include "cli/subscriptions.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "app/nearest.h"

namespace leftfold::inline v0::cli {
namespace {

/// Those that have dead letters, with two looks each: the list is sorted by subscription.
std::vector<std::string> with_letters(DeadLetterStore& store) {
  std::vector<std::string> names;
  std::size_t offset = 0;
  for (;;) {
    const std::vector<DeadSequence> next = store.list({}, offset, 1);
    if (next.empty()) return names;
    DeadLetterFilter all;
    all.subscription = next.front().subscription;
    offset += std::max<std::size_t>(store.count(all).sequences, 1);
    names.push_back(next.front().subscription);
  }
}

}  // namespace

Subscriptions::Subscriptions(Context& context, const Opened& opened)
    : context_{context}, opened_{opened}, prefix_{context.program.settings.get("group").value + "."} {
  if (context.program.app != nullptr) handlers_ = context.program.app->handlers();
  for (const HandlerInfo& each : handlers_) names_.push_back(prefix_ + each.name);
  for (StoredSubscription& each : opened.subscriptions()) add(std::move(each.name));
  for (SubscriptionControl& each : opened.controls->controls()) add(std::move(each.subscription));
  if (opened.dead_letters.get() == nullptr) return;
  for (std::string& each : with_letters(*opened.dead_letters)) add(std::move(each));
}

void Subscriptions::add(std::string name) {
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(std::move(name));
}

std::string Subscriptions::resolve(const std::string& word) const {
  for (const std::string& full : {prefix_ + word, word}) {
    if (std::find(names_.begin(), names_.end(), full) != names_.end()) return full;
  }
  for (const std::string& full : {prefix_ + word, word}) {  // gone, but it has a history
    if (opened_.dead_letters.get() != nullptr && !opened_.dead_letters->changes(full, {}, 0, 1).empty()) return full;
  }
  std::vector<std::string> known;
  for (const std::string& name : names_) {
    known.push_back(name);
    if (const std::string short_name = shown(name); short_name != name) known.push_back(short_name);
  }
  const std::vector<std::string_view> views{known.begin(), known.end()};
  const bool own = context_.program.app != nullptr;
  throw Error{Errc::not_found, "\"" + word + "\" is no handler of " +
                                   (own ? context_.program.name + " and" : "any program that ran and") +
                                   " no subscription in " + context_.program.settings.get("store").value +
                                   app::did_you_mean(word, views) + "; see what is there: " + context_.program.name +
                                   " projectors status"};
}

std::string Subscriptions::shown(std::string_view subscription) const {
  return std::string{subscription.starts_with(prefix_) ? subscription.substr(prefix_.size()) : subscription};
}

const HandlerInfo* Subscriptions::handler(std::string_view subscription) const {
  const auto at = std::find_if(handlers_.begin(), handlers_.end(),
                               [&](const HandlerInfo& each) { return prefix_ + each.name == subscription; });
  return at == handlers_.end() ? nullptr : &*at;
}

}  // namespace leftfold::inline v0::cli
