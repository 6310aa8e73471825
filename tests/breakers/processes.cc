// SPDX-License-Identifier: Apache-2.0
#include "breakers/processes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace breakers {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

}  // namespace

Process::Process(const Place& place, std::string node) : place_{place}, node_{std::move(node)} {
  int down[2];
  int up[2];
  if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0) fail("pipe2");
  const std::string folder = place.folder.string();
  const std::string in = std::to_string(down[0]);
  const std::string out = std::to_string(up[1]);
  const char* const arguments[] = {"breakers_test", "caller",    folder.c_str(), node_.c_str(),
                                   in.c_str(),      out.c_str(), nullptr};
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::fcntl(down[0], F_SETFD, 0);
    ::fcntl(up[1], F_SETFD, 0);
    ::execv("/proc/self/exe", const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_ = down[1];
  from_ = up[0];
  ::fcntl(from_, F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  kill();
  ::close(to_);
  ::close(from_);
}

void Process::kill() {
  const pid_t pid = std::exchange(pid_, -1);
  if (pid < 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  state_ = "killed";
  probes_since_ = {};
}

void Process::break_it() const { std::ofstream{place_.broken(node_)} << "broken"; }
void Process::repair() const { std::filesystem::remove(place_.broken(node_)); }

void Process::hear(std::string_view line) {
  if (pid_ < 0) return;
  const std::size_t space = line.find(' ');
  const Moment at{std::chrono::nanoseconds{std::stoll(std::string{line.substr(0, space)})}};
  const std::string_view word = line.substr(space + 1);
  if (word == "ready") {
    ready_ = true;
  } else if (word == "probe_begins") {
    ++probes_;
    probes_since_ = at;
  } else if (word == "probe_ends") {
    probes_since_ = {};
  } else {
    if ((word == "half_open") != (state_ == "half_open")) half_open_at_.push_back(at);
    state_ = word;
    if (word == "open") ++opened_;
  }
}

Processes::Processes(const Place& place, int count) {
  for (int i = 0; i < count; ++i) all_.push_back(std::make_unique<Process>(place, "node-" + std::to_string(i)));
  const auto ready = [&] { return std::all_of(all_.begin(), all_.end(), [](const auto& p) { return p->ready_; }); };
  if (!wait(ready)) throw std::runtime_error{"a process did not start"};
}

std::size_t Processes::count(std::string_view state) const {
  return static_cast<std::size_t>(
      std::count_if(all_.begin(), all_.end(), [&](const auto& p) { return p->state() == state; }));
}

void Processes::break_all() const {
  for (const auto& process : all_) process->break_it();
}

void Processes::repair_all() const {
  for (const auto& process : all_) process->repair();
}

bool Processes::wait(const std::function<bool()>& done, std::chrono::milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    if (hear(20, done)) return true;
  }
  return true;
}

void Processes::hear_all() {
  static_cast<void>(hear(0, [] { return false; }));
}

// One look at each of them; true when `done` held after a line.
bool Processes::hear(int patience_ms, const std::function<bool()>& done) {
  std::vector<pollfd> ready;
  for (const auto& process : all_) ready.push_back({process->pid_ < 0 ? -1 : process->from_, POLLIN, 0});
  if (::poll(ready.data(), ready.size(), patience_ms) < 0 && errno != EINTR) fail("poll");
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if ((ready[i].revents & POLLIN) == 0) continue;
    Process& process = *all_[i];
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(process.from_, bytes.data(), bytes.size());
    if (count <= 0) continue;
    process.unfinished_.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t at; (at = process.unfinished_.find('\n')) != std::string::npos;) {
      process.hear(std::string_view{process.unfinished_}.substr(0, at));
      process.unfinished_.erase(0, at + 1);
      if (done()) return true;
    }
  }
  return false;
}

int Processes::most_half_open(Moment since) const {
  std::vector<std::pair<Moment, int>> changes;
  for (const auto& process : all_) {
    int change = 1;
    for (const Moment at : process->half_open_at()) changes.emplace_back(at, std::exchange(change, -change));
  }
  std::sort(changes.begin(), changes.end());
  int most = 0;
  int now = 0;
  for (const auto& [at, change] : changes) {
    now += change;
    if (at >= since) most = std::max(most, now);
  }
  return most;
}

}  // namespace breakers
