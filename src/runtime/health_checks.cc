// SPDX-License-Identifier: Apache-2.0
#include <leftfold/health_checks.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/publisher.h>
#include <leftfold/runner.h>

#include "runtime/head_watch.h"

namespace leftfold::inline v0 {
namespace {

using std::chrono::milliseconds;

// A restart is the last means: a handler may take longer for one event than people like to wait.
constexpr int kStallsBeforeRestart = 5;

std::string seconds(milliseconds time) { return std::to_string(time.count() / 1000) + " s"; }

std::string events(std::int64_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

HealthAnswer is_alive(const std::vector<SubscriptionStatus>& all, milliseconds limit) {
  for (const SubscriptionStatus& status : all) {
    if (status.looked > limit && (status.state == "running" || status.state == "waiting")) {
      return {HealthState::failed, "nobody has looked after the handlers for " + seconds(status.looked) +
                                       ": the Runner's keeper hangs; restart the process"};
    }
    if (status.state == "running" && status.hangs > limit) {
      return {HealthState::failed, status.name + " is behind by " + events(status.lag) + " and has finished none for " +
                                       seconds(status.hangs) +
                                       " although nothing holds it back: its handler hangs; restart the process"};
    }
  }
  return {};
}

HealthAnswer have_begun(const std::vector<SubscriptionStatus>& all) {
  std::string text;
  HealthState state = HealthState::ok;
  for (const SubscriptionStatus& status : all) {
    text += (text.empty() ? "" : ", ") + status.name + " " + status.state;
    if (status.state == "starting" || status.state == "stopped" || status.state == "failed") {
      state = HealthState::failed;
    }
  }
  return {state, std::move(text)};
}

HealthAnswer goes_on(const SubscriptionStatus& status, const HealthLimits& limits) {
  if (status.state == "failed") {
    return {HealthState::failed, status.failure + "; remove the cause, then `projectors restart` it"};
  }
  if (status.state == "paused") return {HealthState::degraded, "paused; `projectors resume` lets it go on"};
  const std::string behind = "behind by " + events(status.lag);
  const std::string breaker = "its breaker is " + status.breaker;
  const bool breaker_acts =
      status.breaker == "open" || status.breaker == "half_open" || status.breaker == "forced_open";
  if (status.lag > limits.max_lag && status.stands > limits.max_stall) {
    return {HealthState::failed, behind + ", and none was finished for " + seconds(status.stands) +
                                     (breaker_acts ? "; " + breaker : std::string{})};
  }
  if (breaker_acts) return {HealthState::degraded, breaker + "; " + behind};
  if (status.waiting > 0) {
    return {HealthState::degraded,
            "events of " + std::to_string(status.waiting) + " aggregates wait to be tried again; " + behind};
  }
  return {HealthState::ok, status.lag > 0 ? behind : std::string{}};
}

// Whether a number that grows while a thread is alive has grown.
class Turns {
 public:
  milliseconds stand_still(std::uint64_t now, Instant at) {
    const std::scoped_lock lock{mutex_};
    if (!last_ || *last_ != now) since_ = at;
    last_ = now;
    return std::chrono::duration_cast<milliseconds>(at - since_);
  }

 private:
  std::mutex mutex_;
  std::optional<std::uint64_t> last_;
  Instant since_{};
};

HealthAnswer publishes(const PublisherStatus& status) {
  if (status.state == "publishing" || status.state == "waiting" || status.state == "draining") return {};
  return {HealthState::failed, status.state + (status.failure.empty() ? "" : ": " + status.failure)};
}

HealthAnswer was_published(const PublisherStatus& status, const HealthLimits& limits) {
  if (status.oldest > limits.max_stall) {
    return {HealthState::failed, events(static_cast<std::int64_t>(status.on_the_way)) +
                                     " on the way to the broker, the oldest for " + seconds(status.oldest)};
  }
  if (!status.blocked.empty()) {
    return {HealthState::degraded, std::to_string(status.blocked.size()) +
                                       " aggregates cannot go on; the first one: " + status.blocked.front().why};
  }
  const bool lost = std::any_of(status.parts.begin(), status.parts.end(),
                                [](const PublisherPart& part) { return part.state == "lost"; });
  if (lost) return {HealthState::degraded, "the stream lost events before they were read; `publisher reconcile`"};
  return {};
}

}  // namespace

void add_checks(Health& health, const Runner& runner, HealthLimits limits) {
  health.add("runner", HealthScope::live,
             [&runner, limits] { return is_alive(runner.status(), limits.max_stall * kStallsBeforeRestart); });
  health.add("handlers", HealthScope::ready, [&runner] { return have_begun(runner.status()); });
  const std::vector<SubscriptionStatus> handlers = runner.status();
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    health.add("handler " + handlers[i].name, HealthScope::told,
               [&runner, limits, i] { return goes_on(runner.status().at(i), limits); });
  }
}

void add_checks(Health& health, const Publisher& publisher, HealthLimits limits) {
  health.add("publisher", HealthScope::live, [&publisher, limits, turns = std::make_shared<Turns>()]() -> HealthAnswer {
    const PublisherStatus status = publisher.status();
    const milliseconds still = turns->stand_still(status.turns, limits.clock->instant());
    if (status.state == "stopped" || still <= limits.max_stall) return {};
    return {HealthState::failed, "the publishing loop has not turned for " + seconds(still) + "; restart the process"};
  });
  health.add("publishing", HealthScope::ready, [&publisher] { return publishes(publisher.status()); });
  health.add("published", HealthScope::told,
             [&publisher, limits] { return was_published(publisher.status(), limits); });
}

void add_head_check(Health& health, std::function<HeadCounts()> counts, HealthLimits limits) {
  struct Watch {
    std::mutex mutex;
    runtime::HeadWatch head;
  };
  health.add("head", HealthScope::told,
             [counts = std::move(counts), limits, watch = std::make_shared<Watch>()]() -> HealthAnswer {
               const std::scoped_lock lock{watch->mutex};
               const HeadCounts now = counts();
               const milliseconds frozen = watch->head.frozen_for(now, limits.clock->instant());
               if (frozen <= limits.max_stall) return {};
               return {HealthState::failed, "the broker's newest event is the same for " + seconds(frozen) +
                                                " although " + events(watch->head.stored_since(now)) +
                                                " came into the store since: is a publisher running?"};
             });
}

}  // namespace leftfold::inline v0
