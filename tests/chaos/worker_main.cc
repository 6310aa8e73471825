// SPDX-License-Identifier: Apache-2.0
// The service of the chaos run, as users write one: store, broker and all else by the environment. CHAOS_FOLDER is
// where its processes keep what they did.
//   chaos_worker run                                   the handlers
//   chaos_worker publisher run                         the publisher
//   chaos_worker rebuild PAUSE_MS                      the ledger anew beside the one in use, again and again
//   chaos_worker write WRITER SEED TILLS PAUSE_MS      commands, until SIGTERM; goes on where it was killed
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

#include "base/sleep.h"
#include "chaos/ledger.h"
#include "chaos/till.h"
#include "crash/line_log.h"
#include "kafka/history.h"

namespace leftfold::test_chaos {
namespace {

using std::chrono::milliseconds;
using test_kafka::HistoryLine;
using test_kafka::HistoryWriter;
using test_kafka::Step;

// `on` is const: it is called from several threads at once.
class Recorder : public Listener<test_kafka::StepEvents> {
 public:
  explicit Recorder(const std::filesystem::path& folder)
      : history_{folder / "history.txt"}, mended_{folder / "mended"} {}
  void on(const Step& step, const EventMetadata& meta) const {
    const auto note = [&](HistoryLine::Kind kind) { history_.add(kind, meta.aggregate_id, meta.version.value()); };
    note(HistoryLine::Kind::began);
    if (step.poison && !std::filesystem::exists(mended_)) {
      note(HistoryLine::Kind::threw);
      throw std::runtime_error{"poison"};
    }
    if (step.work_ms > 0) std::this_thread::sleep_for(milliseconds{step.work_ms});  // the work
    note(HistoryLine::Kind::ended);
  }

 private:
  HistoryWriter history_;
  std::filesystem::path mended_;
};

/// The number of the first command that is not known to be done.
std::int64_t go_on_at(const std::filesystem::path& file) {
  std::int64_t next = 0;
  for (const auto& line : crash::read_lines(file)) {
    if (line.size() == 2 && line[0] == "acknowledged") next = std::stoll(line[1]) + 1;
  }
  return next;
}

/// Again and again until the store has it; nothing when the stop came first.
std::optional<CommandResult> execute(const Repository<Till>& tills, const Command& command,
                                     const std::stop_token& stop) {
  for (milliseconds pause{20};; pause = std::min(pause * 2, milliseconds{1'000})) {
    try {
      return tills.execute(command.till,
                           [&](Till& till) {
                             for (const Step& step : command.steps) till.ring(step);
                           },
                           {.idempotency_key = command.name, .context = {}});
    } catch (const Error& error) {
      if (!error.retryable() && error.code() != Errc::in_doubt) throw;
    }
    if (!base::pause_until(system_clock(), system_clock().instant() + pause, stop)) return std::nullopt;
  }
}

int write(App& app, const std::filesystem::path& folder, std::span<const std::string> arguments,
          const std::stop_token& stop) {
  const std::string& writer = arguments[0];
  const std::uint64_t seed = std::stoull(arguments[1]);
  const int tills = std::stoi(arguments[2]);
  const milliseconds pause{std::stoll(arguments[3])};
  const std::filesystem::path file = folder / ("commands-" + writer);
  const crash::LineLog log{file};
  const auto repository = app.repository<Till>();
  for (std::int64_t number = go_on_at(file); !stop.stop_requested(); ++number) {
    log.add("began " + std::to_string(number));
    const auto result = execute(repository, command_of(writer, seed, number, tills), stop);
    if (!result) break;
    // A kill most often comes here: the command is stored, and comes again under its key.
    (void)base::pause_until(system_clock(), system_clock().instant() + pause, stop);
    if (result->repeated) log.add("repeated " + std::to_string(number));
    log.add("acknowledged " + std::to_string(number));
  }
  return 0;
}

/// What may happen to a replay while everything is in trouble. It goes on where it was.
bool is_trouble(const Error& error) {
  return error.retryable() || error.code() == Errc::fenced || error.code() == Errc::in_doubt;
}

int rebuild(App& app, const std::filesystem::path& folder, milliseconds pause, const std::stop_token& stop) {
  const crash::LineLog log{folder / "rebuilds"};
  const std::vector<std::string> ledger{"Ledger"};
  while (!stop.stop_requested()) {
    try {
      ReplayOptions options;
      options.into = ReplayInto::shadow;
      options.resume = true;
      options.patience = std::chrono::seconds{5};
      const auto replay = app.replay(ledger, options);
      if (replay->run(stop).complete) {
        replay->swap(stop);
        log.add("swapped");
      }
    } catch (const Error& error) {
      if (!is_trouble(error) && error.code() != Errc::stopped) throw;
    }
    (void)base::pause_until(system_clock(), system_clock().instant() + pause, stop);
  }
  return 0;
}

}  // namespace
}  // namespace leftfold::test_chaos

int main(int argc, char** argv) {
  using namespace leftfold::test_chaos;
  const char* const place = std::getenv("CHAOS_FOLDER");  // NOLINT(concurrency-mt-unsafe): no thread sets any
  if (place == nullptr) {
    std::cerr << "chaos_worker: CHAOS_FOLDER is not set\n";
    return 2;
  }
  const std::filesystem::path folder{place};
  leftfold::App app{"chaos_worker"};
  app.aggregate<Till>();
  app.listener<Recorder>(folder);
  app.projector<Ledger>(app.read_tables());
  app.command("write", "WRITER SEED TILLS PAUSE_MS: commands", [&](auto& a, auto arguments, const auto& stop) {
    return arguments.size() == 4 ? write(a, folder, arguments, stop) : 2;
  });
  app.command("rebuild", "PAUSE_MS: the ledger anew", [&](auto& a, auto arguments, const auto& stop) {
    if (arguments.size() != 1) return 2;
    return rebuild(a, folder, std::chrono::milliseconds{std::stoll(arguments[0])}, stop);
  });
  return leftfold::cli::run(argc, argv, app);
}
