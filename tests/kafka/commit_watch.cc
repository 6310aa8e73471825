// SPDX-License-Identifier: Apache-2.0
#include "kafka/commit_watch.h"

#include <chrono>
#include <numeric>

#include <leftfold/error.h>

#include "kafka/client_config.h"
#include "kafka/offsets.h"

namespace leftfold::test_kafka {

GroupOffsets::GroupOffsets(const KafkaOptions& options, const std::string& group)
    : options_{options}, partitions_(static_cast<std::size_t>(options.partitions)) {
  std::iota(partitions_.begin(), partitions_.end(), 0);
  client_ = kafka::make_client(options_, kafka::Purpose::consumer,
                               kafka::client_config(options_, kafka::Purpose::consumer, group));
}

std::vector<std::optional<std::int64_t>> GroupOffsets::committed() const {
  return kafka::committed_of(client_.get(), options_, partitions_);
}

std::vector<std::int64_t> GroupOffsets::heads() const {
  std::vector<std::int64_t> heads;
  for (const kafka::Bounds& bounds : kafka::bounds_of(client_.get(), options_, partitions_)) {
    heads.push_back(bounds.high);
  }
  return heads;
}

CommitWatch::CommitWatch(const KafkaOptions& options, const std::string& group, const std::filesystem::path& history)
    : offsets_{options, group}, thread_{[this, history](const std::stop_token& stop) {
        HistoryReader reader{history};
        while (!stop.stop_requested()) {
          look(reader);
          std::this_thread::sleep_for(std::chrono::milliseconds{15});  // how often, not how long something takes
        }
      }} {}

std::vector<Committed> CommitWatch::seen() const {
  const std::scoped_lock lock{mutex_};
  return seen_;
}

void CommitWatch::look(HistoryReader& history) {
  Committed now;
  try {
    now.offsets = offsets_.committed();
  } catch (const Error&) {
    return;  // a broker that is down says nothing
  }
  now.lines = history.read().size();  // after the offsets, or an event could end between the two
  const std::scoped_lock lock{mutex_};
  if (seen_.empty() || seen_.back().offsets != now.offsets) seen_.push_back(std::move(now));
}

}  // namespace leftfold::test_kafka
