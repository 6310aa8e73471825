// SPDX-License-Identifier: Apache-2.0
// kafka_worker NAME=VALUE...: see kafka/worker.h. SIGTERM ends it cleanly, exit code 0.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/kafka.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "kafka/history.h"
#include "kafka/steps.h"
#include "kafka/worker.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;

// Every `on` is const: it is called from several threads at once.
class Recorder : public Listener<StepEvents> {
 public:
  Recorder(const WorkerOptions& options, const HistoryWriter& history) : options_{options}, history_{history} {}
  void on(const Step& step, const EventMetadata& meta) const {
    const auto note = [&](HistoryLine::Kind kind) { history_.add(kind, meta.aggregate_id, meta.version.value()); };
    note(HistoryLine::Kind::began);
    if (step.poison && !std::filesystem::exists(options_.mended())) {
      note(HistoryLine::Kind::threw);
      throw std::runtime_error{"poison"};
    }
    std::this_thread::sleep_for(milliseconds{step.work_ms + options_.handler_ms});  // the work
    note(HistoryLine::Kind::ended);
  }

 private:
  const WorkerOptions& options_;
  const HistoryWriter& history_;
};

KafkaOptions kafka_options(const WorkerOptions& options, Logger& log) {
  KafkaOptions kafka;
  kafka.brokers = options.brokers;
  kafka.topic = options.topic;
  kafka.create = KafkaOptions::Topic::must_exist;
  kafka.log = &log;
  kafka.properties = {{"session.timeout.ms", std::to_string(options.session_ms)},
                      {"heartbeat.interval.ms", std::to_string(std::min(options.session_ms / 4, 500))},
                      {"max.poll.interval.ms", std::to_string(options.max_poll_ms)},
                      {"auto.commit.interval.ms", std::to_string(options.commit_ms)}};
  return kafka;
}

HandlerOptions handler_options(const WorkerOptions& worker) {
  HandlerOptions options;
  options.checkpoint_every = milliseconds{std::min(worker.commit_ms, 100)};
  options.failures.retry.max_attempts = 2;
  options.failures.retry.base = milliseconds{20};
  options.failures.outage_ratio = 1;
  options.failures.breaker.enabled = false;  // these tests are not about it
  return options;
}

void work(const WorkerOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // in all threads made from here on

  StderrLogger log{LogLevel::info};
  const HistoryWriter history{options.history()};
  KafkaBroker broker{kafka_options(options, log)};
  SqliteOptions letters_options;
  letters_options.file = options.letters();
  SqliteStore letters{letters_options};
  SqliteReadModel tables{options.tables()};
  Recorder recorder{options, history};
  Ledger ledger{tables};
  RunnerOptions runner_options;
  runner_options.group = options.group;
  runner_options.workers = static_cast<std::size_t>(options.workers);
  runner_options.max_in_flight = static_cast<std::size_t>(options.max_in_flight);
  runner_options.drain = milliseconds{options.drain_ms};
  runner_options.log = &log;
  runner_options.dead_letters = &letters.dead_letters();
  runner_options.look_every = milliseconds{100};
  Runner runner{broker, runner_options};
  runner.add(recorder, handler_options(options)).add(ledger);

  std::stop_source stop;
  const std::jthread waits{[&](const std::stop_token& ended) {
    const timespec at_most{0, 100'000'000};
    while (!ended.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &at_most) == SIGTERM) stop.request_stop();
    }
  }};
  runner.run(stop.get_token());
}

}  // namespace
}  // namespace leftfold::test_kafka

int main(int argc, char** argv) {
  using leftfold::test_kafka::WorkerOptions;
  try {
    leftfold::test_kafka::work(WorkerOptions::from_arguments({argv + 1, argv + argc}));
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "kafka_worker: " << e.what() << '\n';
    return 1;
  }
}
