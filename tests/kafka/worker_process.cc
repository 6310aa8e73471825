// SPDX-License-Identifier: Apache-2.0
#include "kafka/worker_process.h"

namespace leftfold::test_kafka {

WorkerProcess::WorkerProcess(const WorkerOptions& options)
    : ChildProcess{{.program = LEFTFOLD_KAFKA_WORKER,
                    .arguments = options.to_arguments(),
                    .log = options.log(),
                    .holds_sigterm = true}} {}

}  // namespace leftfold::test_kafka
