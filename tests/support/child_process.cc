// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace leftfold::test_support {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::string describe(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit code " + std::to_string(WEXITSTATUS(status));
}

std::vector<std::string> environment_of(const std::map<std::string, std::string>& added) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    const std::size_t equals = text.find('=');
    // For tests: programs refuse what is no setting of theirs.
    if (text.starts_with("LEFTFOLD_TEST_") || text.starts_with("LEFTFOLD_SERVICES_STATE=")) continue;
    if (equals != std::string::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : added) all[name] = value;
  std::vector<std::string> texts;
  for (const auto& [name, value] : all) texts.push_back(name + "=" + value);
  return texts;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const Start& start) : program_{start.program} {
  std::vector<std::string> arguments = start.arguments;
  arguments.insert(arguments.begin(), start.program);
  std::vector<std::string> environment = environment_of(start.environment);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  const int log = ::open(start.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) fail("open");
  sigset_t terminates;
  sigemptyset(&terminates);
  if (start.holds_sigterm) sigaddset(&terminates, SIGTERM);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::sigprocmask(SIG_BLOCK, &terminates, nullptr);  // stays blocked over execve()
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // sockets of this process
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(log);
  if (pid_ < 0) fail("fork");
  ::setpgid(pid_, pid_);  // in both processes, so that it is done whichever runs first
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

void ChildProcess::kill() {
  const pid_t pid = std::exchange(pid_, -1);
  ::kill(pid, SIGKILL);
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) fail("waitpid");
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
    throw std::runtime_error{program_ + " " + std::to_string(pid) + " ended by itself with " + describe(status)};
  }
}

void ChildProcess::terminate() const { ::kill(pid_, SIGTERM); }

void ChildProcess::freeze() const {
  ::kill(pid_, SIGSTOP);
  siginfo_t stopped{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WNOWAIT) != 0) fail("waitid");
}

void ChildProcess::thaw() const { ::kill(pid_, SIGCONT); }

bool ChildProcess::ended() const {
  siginfo_t what{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &what, WEXITED | WNOHANG | WNOWAIT) != 0) fail("waitid");
  return what.si_pid == pid_;
}

bool ChildProcess::hears_sigterm() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) +
                       "/status"};  // proc(5): SigCgt, a mask of signals with a handler
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0;
  }
  return false;
}

int ChildProcess::status_within(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error{program_ + " " + std::to_string(pid_) + " did not end within " +
                               std::to_string(limit.count()) + " ms"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  if (ended < 0) fail("waitpid");
  return status;
}

void ChildProcess::wait(std::chrono::milliseconds limit) {
  const int status = status_within(limit);
  const pid_t pid = std::exchange(pid_, -1);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error{program_ + " " + std::to_string(pid) + " ended with " + describe(status)};
  }
}

int ChildProcess::exit_code(std::chrono::milliseconds limit) {
  const int status = status_within(limit);
  const pid_t pid = std::exchange(pid_, -1);
  if (!WIFEXITED(status)) {
    throw std::runtime_error{program_ + " " + std::to_string(pid) + " ended with " + describe(status)};
  }
  return WEXITSTATUS(status);
}

}  // namespace leftfold::test_support
