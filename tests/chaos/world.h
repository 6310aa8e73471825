// SPDX-License-Identifier: Apache-2.0
// One chaos run's servers, processes and files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <leftfold/dead_letter_store.h>
#include <leftfold/dynamodb.h>

#include "chaos/servers.h"
#include "chaos/service.h"
#include "chaos/timeline.h"
#include "dynamodb/fault_proxy.h"
#include "kafka/history.h"
#include "kafka/invariants.h"
#include "publisher/published_table.h"

namespace leftfold::test_chaos {

struct WorldOptions {
  std::uint64_t seed = 1;
  int tills = 150;
  int writers = 2;
  int publishers = 2;
  int handlers = 3;
  int pause_ms = 25;             ///< of a writer between two commands
  int rebuild_pause_ms = 1'500;  ///< between two replays of the read table
};

/// One thread at a time.
class World {
 public:
  explicit World(const WorldOptions& options, const Timeline& timeline);

  [[nodiscard]] const WorldOptions& options() const { return options_; }
  [[nodiscard]] test_publisher::PublishedTable& table() { return table_; }
  [[nodiscard]] TableWeather& weather() { return weather_; }
  [[nodiscard]] std::vector<std::unique_ptr<Service>>& services() { return services_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return table_.folder(); }
  [[nodiscard]] std::uint16_t kafka_port() const;
  [[nodiscard]] std::uint16_t table_port() const;  ///< of the proxy, where processes send requests
  [[nodiscard]] std::string writer(int number) const { return "writer-" + std::to_string(number); }
  [[nodiscard]] int faults() const { return proxy_.faults(); }

  /// From here on handlers can handle poison, or cannot.
  void mend(bool mended) const;
  /// What an operator does: asks for a re-drive of everything that is parked. Straight to the table. Returns how many
  /// sequences there are.
  std::size_t request_retries();
  /// All letters there are now, noted as ever parked.
  std::size_t look_at_letters();
  [[nodiscard]] const std::set<test_kafka::VersionOf>& ever_parked() const { return ever_parked_; }
  [[nodiscard]] DynamoDbStore& store() { return store_; }  ///< straight to the table, past the proxy
  [[nodiscard]] std::string subscription() const;          ///< of the listener, under which its letters are kept

  /// Nothing more is written or replayed from here on.
  void stop_writers();
  /// How often the read table was built anew and swapped in.
  [[nodiscard]] std::size_t swaps() const;
  void stop_all();
  /// How often processes ended by themselves, once they are stopped.
  [[nodiscard]] std::size_t gave_up() const { return gave_up_; }
  [[nodiscard]] const std::vector<test_kafka::HistoryLine>& history() { return history_.read(); }

 private:
  WorldOptions options_;
  const Timeline& timeline_;
  TableWeather weather_;
  test_publisher::PublishedTable table_;
  test_dynamodb::FaultProxy proxy_;
  DynamoDbStore store_;
  test_kafka::HistoryReader history_;
  std::set<test_kafka::VersionOf> ever_parked_;
  std::size_t gave_up_ = 0;
  std::vector<std::unique_ptr<Service>> services_;  // last: they use the rest
};

}  // namespace leftfold::test_chaos
