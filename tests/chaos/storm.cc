// SPDX-License-Identifier: Apache-2.0
#include "chaos/storm.h"

#include <algorithm>
#include <csignal>
#include <numeric>
#include <utility>

#include "base/sleep.h"
#include "kafka/service.h"

namespace leftfold::test_chaos {

using std::chrono::milliseconds;

namespace {

const std::string kNoBroker = "broker killed";
const std::string kFrozenBroker = "broker frozen";
const std::string kNoNetwork = "network";

std::string seconds_text(std::int64_t ms) {
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
}

}  // namespace

Storm::Storm(World& world, const Timeline& timeline, std::uint64_t seed)
    : world_{world}, timeline_{timeline}, random_{seed} {
  add_processes();
  add_broker();
  add_table();
}

std::int64_t Storm::random(std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution{least, most}(random_);
}

Service& Storm::victim() {
  auto& services = world_.services();
  Service& chosen = *services[static_cast<std::size_t>(random(0, std::ssize(services) - 1))];
  chosen.look();  // it may just have ended
  return chosen;
}

void Storm::add(std::string name, int weight, bool alone, std::function<bool()> begin) {
  troubles_.push_back({std::move(name), weight, alone, std::move(begin)});
}

bool Storm::lasts(std::int64_t least_ms, std::int64_t most_ms, const std::string& what, std::function<void()> end) {
  const std::int64_t ms = random(least_ms, most_ms);
  timeline_.say(what + ", for " + seconds_text(ms));
  endings_.push_back({system_clock().instant() + milliseconds{ms}, begun_, std::move(end)});
  return true;
}

bool Storm::lasts_still(const std::string& trouble) const {
  return std::any_of(endings_.begin(), endings_.end(), [&](const Ending& ending) { return ending.trouble == trouble; });
}

void Storm::add_processes() {
  add("SIGKILL", 6, false, [this] {
    Service& service = victim();
    if (!service.steady()) return false;
    timeline_.say("SIGKILL " + service.shown());
    service.kill();
    return true;
  });
  add("SIGSTOP", 4, false, [this] {
    Service& service = victim();
    if (!service.steady()) return false;
    service.freeze();
    return lasts(300, 15'000, "SIGSTOP " + service.shown(), [&service] { service.thaw(); });
  });
  add("deployment", 2, false, [this] {
    Service& service = victim();
    if (!service.steady() || !service.hears()) return false;
    timeline_.say("SIGTERM " + service.shown() + ", and another one");
    service.redeploy();
    return true;
  });
  add("operator", 3, true, [this] {
    world_.mend(true);
    const std::size_t letters = world_.look_at_letters();
    const std::size_t sequences = world_.request_retries();
    return lasts(4'000, 15'000,
                 "an operator mends the handler and re-drives " + std::to_string(letters) + " letters of " +
                     std::to_string(sequences) + " tills",
                 [this] {
                   (void)world_.look_at_letters();
                   world_.mend(false);
                 });
  });
}

void Storm::add_broker() {
  add(kNoBroker, 1, true, [this] {
    // Who starts it again waits until it answers.
    if (lasts_still(kFrozenBroker) || lasts_still(kNoNetwork)) return false;
    timeline_.say("SIGKILL the Kafka broker");
    test_kafka::run_services("kill kafka");
    return lasts(500, 6'000, "no broker", [this] {
      test_kafka::run_services("up kafka");
      timeline_.say("the broker is back");
    });
  });
  add(kFrozenBroker, 1, true, [this] {
    if (lasts_still(kNoBroker)) return false;
    test_kafka::signal_broker(SIGSTOP);
    return lasts(500, 9'000, "SIGSTOP the Kafka broker", [] { test_kafka::signal_broker(SIGCONT); });
  });
  if (!NetworkCuts::allowed()) return;
  add(kNoNetwork, 2, true, [this] {
    NetworkCuts cuts;
    const bool broker = random(0, 2) != 0;
    if (broker && lasts_still(kNoBroker)) return false;
    const std::uint16_t port = broker ? world_.kafka_port() : world_.table_port();
    cuts.cut(port);
    return lasts(500, 10'000, broker ? "no network to Kafka" : "no network to DynamoDB",
                 [cuts, port]() mutable { cuts.mend(port); });
  });
}

void Storm::add_table() {
  add("table", 6, true, [this] {
    using Kind = TableWeather::Kind;
    const std::int64_t roll = random(0, 5);
    const Kind kind = roll < 3 ? Kind::flaky : roll < 5 ? Kind::throttled : Kind::gone;
    world_.weather().become(kind);
    return lasts(1'000, kind == Kind::gone ? 6'000 : 15'000, "DynamoDB " + std::string{to_string(kind)},
                 [this] { world_.weather().become(Kind::calm); });
  });
}

void Storm::begin_one() {
  const int all = std::accumulate(troubles_.begin(), troubles_.end(), 0,
                                  [](int sum, const Trouble& trouble) { return sum + trouble.weight; });
  std::int64_t roll = random(0, all - 1);
  for (const Trouble& trouble : troubles_) {
    if ((roll -= trouble.weight) >= 0) continue;
    if (trouble.alone && lasts_still(trouble.name)) return;
    begun_ = trouble.name;
    if (trouble.begin()) ++counts_[trouble.name];
    return;
  }
}

void Storm::end_due(Instant now) {
  for (std::size_t i = 0; i < endings_.size();) {
    if (endings_[i].at > now) {
      ++i;
      continue;
    }
    const Ending ending = std::move(endings_[i]);
    endings_.erase(endings_.begin() + static_cast<std::ptrdiff_t>(i));
    ending.end();
  }
}

void Storm::rage(Instant end) {
  Instant next = system_clock().instant();
  while (system_clock().instant() < end) {
    end_due(system_clock().instant());
    for (const auto& service : world_.services()) service->look();
    if (system_clock().instant() >= next) {
      begin_one();
      next = system_clock().instant() + milliseconds{random(200, 3'000)};
    }
    base::sleep_for(system_clock(), milliseconds{50});
  }
}

void Storm::heal() {
  end_due(kNever);
  for (const auto& service : world_.services()) service->thaw();
}

}  // namespace leftfold::test_chaos
