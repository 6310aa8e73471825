// SPDX-License-Identifier: Apache-2.0
// The read table of the chaos run: right only if each step counted exactly once and in order.
#pragma once

#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/read_table.h>

#include "kafka/steps.h"

namespace leftfold::test_chaos {

class Ledger : public Projector<test_kafka::StepEvents> {
 public:
  explicit Ledger(ReadTables& tables) : tables_{tables}, rows_{tables, "ledger"} {}
  [[nodiscard]] ReadTables& read_model() const { return tables_; }
  void reset() { rows_.clear(); }
  void on(const test_kafka::Step& step, const EventMetadata& meta) {
    rows_.update(std::string{meta.aggregate_id}, [&](test_kafka::Account& account) {
      account.account = meta.aggregate_id;
      account.add(step.amount);
    });
  }

 private:
  ReadTables& tables_;
  ReadTable<test_kafka::Account> rows_;
};

}  // namespace leftfold::test_chaos
