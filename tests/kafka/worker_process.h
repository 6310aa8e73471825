// SPDX-License-Identifier: Apache-2.0
// A kafka_worker that can be stopped, killed and frozen.
#pragma once

#include "kafka/worker.h"
#include "support/child_process.h"

namespace leftfold::test_kafka {

/// Dies with its parent; what it logs is added to options.log(). One thread at a time.
class WorkerProcess final : public test_support::ChildProcess {
 public:
  explicit WorkerProcess(const WorkerOptions& options);
};

}  // namespace leftfold::test_kafka
