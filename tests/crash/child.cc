// SPDX-License-Identifier: Apache-2.0
#include "crash/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace crash {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  return status;
}

std::string describe(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Child::Child(std::string role, const Place& place, bool finish) : role_{std::move(role)} {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) fail("pipe2");
  const std::string folder = place.folder.string();
  const std::string ready = std::to_string(pipe_ends[1]);
  const char* const arguments[] = {"crash_test", role_.c_str(), folder.c_str(), ready.c_str(), finish ? "finish" : "on",
                                   nullptr};
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::fcntl(pipe_ends[1], F_SETFD, 0);
    ::execv("/proc/self/exe", const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  ready_ = pipe_ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  ::close(ready_);
}

void Child::wait_until_ready() {
  char byte = 0;
  if (::read(ready_, &byte, 1) != 1) throw std::runtime_error{"the " + role_ + " ended before it did anything"};
}

void Child::kill() {
  const pid_t pid = std::exchange(pid_, -1);
  ::kill(pid, SIGKILL);
  const int status = wait_for(pid);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
    throw std::runtime_error{"the " + role_ + " ended by itself with " + describe(status)};
  }
}

void Child::wait() {
  const int status = wait_for(std::exchange(pid_, -1));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error{"the " + role_ + " ended with " + describe(status)};
  }
}

}  // namespace crash
