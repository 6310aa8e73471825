// SPDX-License-Identifier: Apache-2.0
#include <leftfold/health.h>

#include <algorithm>
#include <exception>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json_value.h>

#include "base/metrics_text.h"

namespace leftfold::inline v0 {
namespace {

HealthAnswer answer_of(const Health::Check& check) noexcept {
  try {
    return check();
  } catch (const std::exception& error) {
    return {HealthState::failed, error.what()};
  } catch (...) {
    return {HealthState::failed, "the check threw something that is no std::exception"};
  }
}

}  // namespace

std::string_view to_string(HealthState state) noexcept {
  switch (state) {
    case HealthState::ok: return "ok";
    case HealthState::degraded: return "degraded";
    case HealthState::failed: break;
  }
  return "failed";
}

std::string_view to_string(HealthScope scope) noexcept {
  switch (scope) {
    case HealthScope::live: return "live";
    case HealthScope::ready: return "ready";
    case HealthScope::told: break;
  }
  return "told";
}

HealthState HealthReport::state(std::optional<HealthScope> scope) const noexcept {
  HealthState worst = HealthState::ok;
  for (const CheckedHealth& each : checks) {
    if (!scope || each.scope == *scope) worst = std::max(worst, each.answer.state);
  }
  return worst;
}

std::string HealthReport::json() const {
  Json all = Json::array();
  for (const CheckedHealth& each : checks) {
    all.elements().push_back(Json::object({{"name", base::as_utf8(each.name)},
                                           {"scope", to_string(each.scope)},
                                           {"state", to_string(each.answer.state)},
                                           {"text", base::as_utf8(each.answer.text)},
                                           {"ms", each.took.count()}}));
  }
  return Json::object({{"state", to_string(state())}, {"checks", std::move(all)}}).text();
}

Health& Health::add(std::string name, HealthScope scope, Check check) {
  if (name.empty()) throw Error{Errc::invalid_argument, "Health::add: a check needs a name"};
  if (!check) throw Error{Errc::invalid_argument, "Health::add: check \"" + name + "\" has no function"};
  const std::scoped_lock lock{mutex_};
  for (const auto& each : entries_) {
    if (each->name == name) {
      throw Error{Errc::invalid_argument, "Health::add: there is a check \"" + name + "\" already; use another name"};
    }
  }
  entries_.push_back(std::make_unique<Entry>(Entry{std::move(name), scope, std::move(check)}));
  return *this;
}

std::size_t Health::size() const {
  const std::scoped_lock lock{mutex_};
  return entries_.size();
}

const Health::Entry& Health::at(std::size_t i) const {
  const std::scoped_lock lock{mutex_};
  if (i >= entries_.size()) {
    throw Error{Errc::invalid_argument, "Health: there is no check " + std::to_string(i)};
  }
  return *entries_[i];
}

CheckedHealth Health::entry(std::size_t i) const {
  const Entry& found = at(i);
  return {found.name, found.scope};
}

CheckedHealth Health::check(std::size_t i) const {
  const Entry& found = at(i);
  const Instant begin = clock_.instant();
  CheckedHealth checked{found.name, found.scope, answer_of(found.check)};
  checked.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.instant() - begin);
  return checked;
}

HealthReport Health::check(std::optional<HealthScope> scope) const {
  HealthReport report;
  const std::size_t count = size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!scope || at(i).scope == *scope) report.checks.push_back(check(i));
  }
  return report;
}

}  // namespace leftfold::inline v0
