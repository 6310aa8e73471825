#include "lambda/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace leftfold::test_lambda {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> merged(const std::map<std::string, std::string>& added) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (!added.contains(std::string{text.substr(0, text.find('='))})) variables.emplace_back(text);
  }
  for (const auto& [name, value] : added) variables.push_back(name + '=' + value);
  return variables;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, const std::map<std::string, std::string>& environment,
                           const std::string& log) {
  std::vector<std::string> variables = merged(environment);
  const std::vector<char*> arguments = pointers(command), entries = pointers(variables);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) fail("open");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // sockets of this process
    ::execve(arguments.front(), arguments.data(), entries.data());
    ::_exit(127);
  }
  ::close(file);
  if (pid_ < 0) fail("fork");
  ::setpgid(pid_, pid_);  // in both processes, so that it is done whichever runs first
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

int ChildProcess::wait() {
  const pid_t pid = std::exchange(pid_, -1);
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) fail("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void ChildProcess::freeze() const {
  ::kill(pid_, SIGSTOP);
  siginfo_t stopped{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WNOWAIT) != 0) fail("waitid");
}

void ChildProcess::thaw() const { ::kill(pid_, SIGCONT); }

}  // namespace leftfold::test_lambda
