// SPDX-License-Identifier: Apache-2.0
// The metrics of a client's calls, looked up once.
#pragma once

#include <string_view>
#include <vector>

#include <leftfold/dynamodb_call.h>
#include <leftfold/metrics.h>

namespace leftfold::inline v0::dynamodb {

/// leftfold_dynamodb_*; docs/reference/metrics.md lists them. Nothing is counted for no_metrics().
/// Any thread. The Metrics must outlive it.
class CallMetrics {
 public:
  explicit CallMetrics(Metrics& metrics);

  void count(const DynamoDbCall& call) noexcept;

 private:
  struct Operation {
    std::string_view name;
    Counter* ok;
    Counter* failed;
    Counter* retries;
    Counter* throttled;
    Counter* read_units;
    Counter* write_units;
    Histogram* duration;
  };
  std::vector<Operation> operations_;  // the last is that of all others; empty: nobody looks at them
};

}  // namespace leftfold::inline v0::dynamodb
