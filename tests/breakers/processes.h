// SPDX-License-Identifier: Apache-2.0
// The processes as their parent sees them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "breakers/caller.h"

namespace breakers {

using Moment = std::chrono::steady_clock::time_point;

// This program again, as the caller named `node`. It dies with its parent. One thread at a time.
class Process {
 public:
  Process(const Place& place, std::string node);
  ~Process();  // kills it if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill();
  void break_it() const;
  void repair() const;
  // What it told last of its breaker: "closed" at first.
  [[nodiscard]] const std::string& state() const { return state_; }
  [[nodiscard]] const std::string& node() const { return node_; }
  [[nodiscard]] int probes() const { return probes_; }
  // When the probe that it makes now began; long ago when it makes none.
  [[nodiscard]] Moment probes_since() const { return probes_since_; }
  [[nodiscard]] int opened() const { return opened_; }
  // When it became half-open, and when it was so no more; and the next time.
  [[nodiscard]] const std::vector<Moment>& half_open_at() const { return half_open_at_; }

 private:
  friend class Processes;
  void hear(std::string_view line);

  const Place& place_;
  const std::string node_;
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  bool ready_ = false;
  std::string unfinished_;  // the beginning of a line
  std::string state_ = "closed";
  int probes_ = 0;
  int opened_ = 0;
  Moment probes_since_{};
  std::vector<Moment> half_open_at_;
};

// All of them on one store.
class Processes {
 public:
  Processes(const Place& place, int count);
  [[nodiscard]] Process& at(std::size_t i) { return *all_.at(i); }
  [[nodiscard]] std::size_t count(std::string_view state) const;
  void break_all() const;
  void repair_all() const;
  // Hears what they tell until `done` holds; looks at it after each line, and every few milliseconds. Returns whether
  // it held in time.
  bool wait(const std::function<bool()>& done, std::chrono::milliseconds longest = std::chrono::seconds{40});
  // Hears all that they have told until now.
  void hear_all();
  // Most processes that were half-open at once since then, by the clock when it was so and not by when it was heard
  // here.
  [[nodiscard]] int most_half_open(Moment since) const;

 private:
  bool hear(int patience_ms, const std::function<bool()>& done);

  std::vector<std::unique_ptr<Process>> all_;
};

}  // namespace breakers
