#include "kafka/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace leftfold::test_kafka {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

std::string describe(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerOptions& options) {
  std::vector<std::string> texts = options.to_arguments();
  texts.insert(texts.begin(), LEFTFOLD_KAFKA_WORKER);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const int log = ::open(options.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) fail("open");
  sigset_t terminates;
  sigemptyset(&terminates);
  sigaddset(&terminates, SIGTERM);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::sigprocmask(SIG_BLOCK, &terminates, nullptr);  // stays blocked over execv(): one that comes early waits for it
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(log, STDERR_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // sockets of this process's Kafka clients
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ::close(log);
  if (pid_ < 0) fail("fork");
}

WorkerProcess::~WorkerProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

void WorkerProcess::kill() {
  const pid_t pid = std::exchange(pid_, -1);
  ::kill(pid, SIGKILL);
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) fail("waitpid");
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
    throw std::runtime_error{"worker " + std::to_string(pid) + " ended by itself with " + describe(status)};
  }
}

void WorkerProcess::terminate() const { ::kill(pid_, SIGTERM); }
void WorkerProcess::freeze() const { ::kill(pid_, SIGSTOP); }
void WorkerProcess::thaw() const { ::kill(pid_, SIGCONT); }

void WorkerProcess::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error{"worker " + std::to_string(pid_) + " did not end within " +
                               std::to_string(limit.count()) + " ms"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  if (ended < 0) fail("waitpid");
  const pid_t pid = std::exchange(pid_, -1);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error{"worker " + std::to_string(pid) + " ended with " + describe(status)};
  }
}

}  // namespace leftfold::test_kafka
