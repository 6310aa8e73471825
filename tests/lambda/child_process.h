// A program under test, in a process of its own.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace leftfold::test_lambda {

/// Dies with its parent, and with its children when it is destroyed. One thread at a time.
class ChildProcess {
 public:
  /// `environment` is added to this process's. What it writes goes to `log`, a file that grows.
  ChildProcess(std::vector<std::string> command, const std::map<std::string, std::string>& environment,
               const std::string& log);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for its end and returns its exit status; -1 when a signal ended it.
  [[nodiscard]] int wait();
  /// SIGSTOP and SIGCONT: what Lambda's freezing between two invocations does to it.
  void freeze() const;
  void thaw() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace leftfold::test_lambda
