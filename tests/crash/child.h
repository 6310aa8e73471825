// SPDX-License-Identifier: Apache-2.0
// A process that is started to be killed.
#pragma once

#include <sys/types.h>

#include <string>

#include "crash/victims.h"

namespace crash {

// This program again, in another role ("writer", "runner" or "replayer"). It dies with its parent. One thread at a
// time.
class Child {
 public:
  Child(std::string role, const Place& place, bool finish = false);
  ~Child();  // kills it if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until it has done its first piece of work. Throws std::runtime_error when it ends before.
  void wait_until_ready();
  // Kills it with SIGKILL. Throws std::runtime_error when it had ended by itself: it must not.
  void kill();
  // Waits until it ends by itself. Throws std::runtime_error when it does not end well.
  void wait();

 private:
  std::string role_;
  pid_t pid_ = -1;
  int ready_ = -1;
};

}  // namespace crash
