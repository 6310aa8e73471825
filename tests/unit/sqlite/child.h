// SPDX-License-Identifier: Apache-2.0
// Code that runs in a process of its own.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace leftfold::test_sqlite {

/// A forked child; killed and awaited at the latest when the object ends. Fork before starting threads or opening
/// stores.
class Child {
 public:
  template <class Run>
  explicit Child(Run run) : pid_{fork()} {
    if (pid_ != 0) return;
    int code = 98;
    try {
      code = run();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    std::fflush(nullptr);
    _exit(code);  // no destructors, no atexit: those are the parent's
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill();
      wait();
    }
  }

  void kill() const { ::kill(pid_, SIGKILL); }
  /// Its exit code; -1 when a signal ended it.
  int wait() {
    int status = 0;
    const bool ended = pid_ > 0 && waitpid(pid_, &status, 0) == pid_;
    pid_ = -1;
    return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

template <class Run>
int in_child(Run run) {
  Child child{run};
  return child.wait();
}

}  // namespace leftfold::test_sqlite
