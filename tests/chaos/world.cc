// SPDX-License-Identifier: Apache-2.0
#include "chaos/world.h"

#include <charconv>
#include <fstream>
#include <map>
#include <utility>

#include <leftfold/clock.h>

#include "crash/line_log.h"
#include "kafka/steps.h"

namespace leftfold::test_chaos {
namespace {

std::uint16_t port_in(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::uint16_t port = 0;
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

// Of real services, made short where waiting is all that would happen.
std::map<std::string, std::string> settings(const std::filesystem::path& folder) {
  return {
      {"CHAOS_FOLDER", folder.string()},
      {"LEFTFOLD_BROKER", "kafka:"},
      {"KAFKA_GROUP_ID", "chaos"},
      {"KAFKA_AUTO_CREATE_TOPICS", "false"},
      {"LEFTFOLD_KAFKA__SESSION_TIMEOUT_MS", "6000"},
      {"LEFTFOLD_KAFKA__HEARTBEAT_INTERVAL_MS", "1000"},
      {"LEFTFOLD_KAFKA__AUTO_COMMIT_INTERVAL_MS", "500"},
      {"LEFTFOLD_RETRY_MAX_ATTEMPTS", "3"},
      {"LEFTFOLD_RETRY_CAP", "1s"},
      {"LEFTFOLD_BREAKER_OPEN", "1s"},
      {"LEFTFOLD_BREAKER_MAX_OPEN", "5s"},
      {"LEFTFOLD_DLQ_PARK_TIMEOUT", "2m"},
      {"LEFTFOLD_GAP_TIMEOUT", "1h"},  // nothing may be given up as lost
      {"LEFTFOLD_PUBLISHER_CHECKPOINT_EVERY", "500ms"},
  };
}

test_dynamodb::StreamFaults stream_faults(std::uint64_t seed) {
  test_dynamodb::StreamFaults faults;
  faults.seed = seed;
  faults.window = 20;
  faults.records_a_shard = 400;
  faults.late = 2;
  faults.list_page = 10;
  faults.repeat_one_in = 20;
  faults.empty_one_in = 15;
  faults.limit_one_in = 40;
  faults.expire_one_in = 50;
  return faults;
}

}  // namespace

World::World(const WorldOptions& options, const Timeline& timeline)
    : options_{options},
      timeline_{timeline},
      weather_{options.seed},
      proxy_{table_.tables()},
      store_{table_.table()},
      history_{table_.folder() / "history.txt"} {
  table_.go_through(proxy_.options().endpoint_url);
  proxy_.shape_stream(stream_faults(options.seed));
  proxy_.follow([this](const test_dynamodb::ProxiedCall&) { return weather_.next(); });
  const auto add = [&](const std::string& name, std::vector<std::string> arguments) {
    const Service::Start start = [this, arguments = std::move(arguments)] {
      return table_.start_program(CHAOS_WORKER, arguments, settings(folder()));
    };
    services_.push_back(std::make_unique<Service>(name, start, timeline_));
  };
  for (int i = 1; i <= options.publishers; ++i) add("publisher-" + std::to_string(i), {"publisher", "run"});
  for (int i = 1; i <= options.handlers; ++i) add("handlers-" + std::to_string(i), {"run"});
  add("rebuilder", {"rebuild", std::to_string(options.rebuild_pause_ms)});
  for (int i = 1; i <= options.writers; ++i) {
    add(writer(i), {"write", writer(i), std::to_string(options.seed), std::to_string(options.tills),
                    std::to_string(options.pause_ms)});
  }
}

std::uint16_t World::kafka_port() const { return port_in(table_.topic().brokers); }
std::uint16_t World::table_port() const { return port_in(proxy_.options().endpoint_url); }
std::string World::subscription() const { return "chaos.Recorder"; }

void World::mend(bool mended) const {
  if (mended) std::ofstream{folder() / "mended"};
  else std::filesystem::remove(folder() / "mended");
}

std::size_t World::look_at_letters() {
  std::size_t count = 0;
  for (const std::string& sequence : store_.dead_letters().sequences(subscription())) {
    for (const DeadLetter& letter : store_.dead_letters().letters(subscription(), sequence, {}, 100'000)) {
      ever_parked_.insert({sequence, letter.event.version.value()});
      ++count;
    }
  }
  return count;
}

std::size_t World::request_retries() {
  const std::vector<std::string> sequences = store_.dead_letters().sequences(subscription());
  for (const std::string& sequence : sequences) {
    (void)store_.dead_letters().request_retry(subscription(), sequence, system_clock().now());
  }
  return sequences.size();
}

void World::stop_writers() {
  const auto ends = [](const auto& service) {
    return service->name().starts_with("writer") || service->name() == "rebuilder";
  };
  for (const auto& service : services_) {
    if (!ends(service)) continue;
    service->stop();
    gave_up_ += service->gave_up();
  }
  std::erase_if(services_, ends);
}

std::size_t World::swaps() const {
  const auto file = folder() / "rebuilds";
  return std::filesystem::exists(file) ? crash::read_lines(file).size() : 0;
}

void World::stop_all() {
  for (const auto& service : services_) {
    service->stop();
    gave_up_ += service->gave_up();
  }
  services_.clear();
}

}  // namespace leftfold::test_chaos
