// SPDX-License-Identifier: Apache-2.0
#include "aws/process_output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0::aws {
namespace {

constexpr std::size_t kMaxOutput = 64 * 1024;
constexpr std::chrono::seconds kPatience{60};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

/// A running shell, the leader of a process group of its own; killed and reaped if it was not waited for.
class Child {
 public:
  Child(const std::string& command, const Environment& environment, int output, const std::string& place) {
    std::vector<std::string> texts;
    texts.reserve(environment.size());
    for (const auto& [name, value] : environment) texts.push_back(name + '=' + value);
    std::vector<char*> variables;
    for (std::string& text : texts) variables.push_back(text.data());
    variables.push_back(nullptr);
    std::string shell = "sh";
    std::string option = "-c";
    std::string line = command;
    std::array<char*, 4> arguments{shell.data(), option.data(), line.data(), nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int error = posix_spawn(&id_, "/bin/sh", &actions, &attributes, arguments.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
      throw Error{Errc::unavailable,
                  place + ": /bin/sh does not start: " + std::generic_category().message(error) + "; try again"};
    }
  }
  ~Child() {
    if (id_ == 0) return;
    kill(-id_, SIGKILL);
    static_cast<void>(wait());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The status as waitpid gives it.
  int wait() noexcept {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_ = 0;
};

std::string read_all(int pipe, const std::string& place, const std::stop_token& stop) {
  const Descriptor wake{eventfd(0, EFD_CLOEXEC)};
  const std::stop_callback on_stop{stop, [&wake]() noexcept { eventfd_write(wake.number(), 1); }};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::array<pollfd, 2> waits{{{pipe, POLLIN, 0}, {wake.number(), POLLIN, 0}}};
  std::string output;
  std::array<char, 4096> bytes;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = left.count() <= 0 ? 0 : poll(waits.data(), waits.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (stop.stop_requested()) throw Error{Errc::stopped, place + ": a stop was requested while it ran; it was killed"};
    if (ready <= 0) throw Error{Errc::unavailable, place + ": it ran for over a minute and was killed; run it by hand"};
    const ssize_t count = read(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return output;
    output.append(bytes.data(), static_cast<std::size_t>(count));
    if (output.size() > kMaxOutput)
      throw Error{Errc::invalid_data, place + ": it wrote over 64 KB; check what it prints"};
  }
}

}  // namespace

std::string process_output(const std::string& command, const Environment& environment, const std::string& place,
                           const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Error{Errc::unavailable, place + ": no pipe: " + std::generic_category().message(errno) + "; try again"};
  }
  const Descriptor reading{ends[0]};
  Descriptor writing{ends[1]};
  Child child{command, environment, writing.number(), place};
  writing.close();
  std::string output = read_all(reading.number(), place, stop);
  const int status = child.wait();
  if (status != 0) {
    const std::string how = WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    throw Error{Errc::permission_denied, place + ": it failed with " + how + "; run it by hand"};
  }
  return output;
}

}  // namespace leftfold::inline v0::aws
