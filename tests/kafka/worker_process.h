// A kafka_worker that can be stopped, killed and frozen.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "kafka/worker.h"

namespace leftfold::test_kafka {

/// Dies with its parent; what it logs is added to options.log(). One thread at a time.
class WorkerProcess {
 public:
  explicit WorkerProcess(const WorkerOptions& options);
  ~WorkerProcess();  // kills it if it still runs
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return pid_; }
  /// SIGKILL, and waits. Throws std::runtime_error when it had ended by itself: it must not.
  void kill();
  /// SIGTERM; wait() waits for what comes of it.
  void terminate() const;
  /// Throws std::runtime_error when it does not end well within `limit`, which only one that hangs needs.
  void wait(std::chrono::milliseconds limit = std::chrono::seconds{40});
  /// Nothing of it runs, but its connections stay: what the others see of a machine that hangs.
  void freeze() const;
  void thaw() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace leftfold::test_kafka
