// SPDX-License-Identifier: Apache-2.0
#include "crash/victims.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/listener.h>
#include <leftfold/replay.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/testing/run_until_idle.h>

#include "crash/bank.h"
#include "crash/line_log.h"

namespace crash {
namespace {

// Tells the parent, once, that work has begun.
class Ready {
 public:
  explicit Ready(int fd) : fd_{fd} {}
  void tell() {
    if (told_.exchange(true)) return;
    (void)!::write(fd_, "r", 1);
  }

 private:
  int fd_;
  std::atomic<bool> told_{false};
};

// Every `on` is const: it is called from several threads at once, for different accounts.
struct Record : leftfold::Listener<AccountEvents> {
  Record(const LineLog& l, Ready& r) : log{l}, ready{r} {}
  void on(const Booked&, const leftfold::EventMetadata& meta) const { write(meta); }
  void on(const Charged&, const leftfold::EventMetadata& meta) const { write(meta); }
  void write(const leftfold::EventMetadata& meta) const {
    log.add(meta.event_id.to_string() + " " + meta.aggregate_id + " " + std::to_string(meta.version.value()));
    ready.tell();
  }
  const LineLog& log;
  Ready& ready;
};

// Per thread, the number of the first command that is not known to be acknowledged.
std::array<int, kWriterThreads> next_commands(const Place& place) {
  std::array<int, kWriterThreads> next{};
  for (const auto& line : read_lines(place.acknowledged())) {
    int& n = next.at(std::stoul(line.at(0)));
    n = std::max(n, std::stoi(line.at(1)) + 1);
  }
  return next;
}

}  // namespace

void write_commands(const Place& place, int ready_fd, bool finish) {
  const auto next = next_commands(place);
  const LineLog acknowledged{place.acknowledged()};
  Ready ready{ready_fd};
  leftfold::SqliteOptions options;
  options.file = place.events();
  leftfold::SqliteStore store{options};
  const leftfold::Repository<Account> accounts{store};

  std::exception_ptr failure;
  std::atomic<bool> failed{false};
  const auto work = [&](int thread) {
    for (Command command{thread, next.at(static_cast<std::size_t>(thread))}; !failed;) {
      try {
        const leftfold::CommandResult result =
            accounts.execute(command.account(), [&](Account& account) { account.run(command); }, {command.key(), {}});
        acknowledged.add(std::to_string(thread) + " " + std::to_string(command.n) + " " +
                         std::to_string(result.version.value()) + " " + std::to_string(result.position.value()) + " " +
                         std::to_string(result.events) + " " + (result.repeated ? "repeated" : "first"));
      } catch (const leftfold::VersionConflict&) {
        continue;  // too many others on this account: again
      } catch (...) {
        if (!failed.exchange(true)) failure = std::current_exception();
        return;
      }
      ready.tell();
      if (finish) return;
      ++command.n;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kWriterThreads; ++thread) threads.emplace_back(work, thread);
  }
  if (failure != nullptr) std::rethrow_exception(failure);
}

void run_handlers(const Place& place, int ready_fd, bool finish) {
  const LineLog heard{place.heard()};
  Ready ready{ready_fd};
  leftfold::SqliteOptions options;
  options.file = place.events();
  leftfold::SqliteStore store{options};
  leftfold::SqliteReadModel read_model{place.events()};
  Record listener{heard, ready};
  Totals totals{read_model};
  leftfold::Runner runner{store};
  runner.add(listener).add(totals);
  if (finish) {
    leftfold::testing::run_until_idle(runner, store);
  } else {
    runner.run({});
  }
}

void replay_tables(const Place& place, int ready_fd, bool finish) {
  Ready ready{ready_fd};
  leftfold::SqliteOptions options;
  options.file = place.events();
  leftfold::SqliteStore store{options};
  leftfold::SqliteReadModel read_model{place.events()};
  for (int n = 0;; ++n) {
    Totals totals{read_model};
    leftfold::ReplayOptions replayed;
    replayed.into = leftfold::ReplayInto::shadow;
    replayed.resume = true;
    replayed.batch = 50;
    leftfold::Replay replay{store, replayed};
    replay.add(totals).run();
    for (const leftfold::ShadowComparison& each : replay.compare()) {
      if (each.found.different > 0) throw std::runtime_error{"the tables in use differ from their shadow"};
    }
    replay.swap();
    if (finish) return;
    if (n % 3 == 1) (void)read_model.restore_kept("Totals");
    ready.tell();
  }
}

}  // namespace crash
