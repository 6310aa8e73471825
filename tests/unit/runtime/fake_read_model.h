// SPDX-License-Identifier: Apache-2.0
// A read model in memory: one list of numbers and the checkpoints, with transactions and failures on demand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/read_model.h>

namespace leftfold::runtime_test {

class FakeReadModel final : public ReadModel {
 public:
  std::unique_ptr<ReadModelTransaction> begin(std::string_view subscription) override {
    if (before_begin) before_begin();
    auto transaction = std::make_unique<Transaction>(*this, std::string{subscription});
    if (begin_failures > 0) {
      --begin_failures;
      throw Error{Errc::unavailable, "the read model does not answer"};
    }
    ++transactions;
    return transaction;
  }

  // For the projector, inside a transaction.
  void add(int n) {
    working_.push_back(n);
    ++used_;
    if (most_rows == 0 || used_ + room_ <= most_rows) return;
    over_ = true;
    throw Error{Errc::invalid_argument, "the event writes more than " + std::to_string(most_rows) + " rows"};
  }
  void clear() { working_.clear(); }

  [[nodiscard]] std::vector<int> rows() const {
    const std::scoped_lock lock{mutex_};
    return rows_;
  }
  [[nodiscard]] std::optional<Position> checkpoint(std::string_view name) override {
    const std::scoped_lock lock{mutex_};
    const auto at = checkpoints_.find(std::string{name});
    return at == checkpoints_.end() ? std::nullopt : std::optional{at->second};
  }
  [[nodiscard]] std::optional<Version> handled(const std::string& projector, const std::string& aggregate) const {
    const std::scoped_lock lock{mutex_};
    const auto at = versions_.find({projector, aggregate});
    return at == versions_.end() ? std::nullopt : std::optional{at->second};
  }
  // Rows of aggregates of a projector.
  [[nodiscard]] std::size_t handled_rows(const std::string& projector) const {
    const std::scoped_lock lock{mutex_};
    std::size_t count = 0;
    for (const auto& [key, version] : versions_) count += key.first == projector && !key.second.empty() ? 1U : 0U;
    return count;
  }
  // As another program would: outside of transactions.
  void set(const std::string& name, std::optional<Position> checkpoint, std::vector<int> rows) {
    const std::scoped_lock lock{mutex_};
    rows_ = std::move(rows);
    if (checkpoint) {
      checkpoints_[name] = *checkpoint;
    } else {
      checkpoints_.erase(name);
    }
  }

  // Set before the run, or where a test knows that no transaction is open.
  int begin_failures = 0;
  int commit_failures = 0;
  int transactions = 0;
  // Of a transaction, what an event may write; some more may be rows of handled versions. 0: there is no limit.
  std::size_t most_rows = 0;
  int refused_row = 0;                 // commit() throws invalid_argument for what holds a new one
  int look_ups = 0;                    // of handled()
  std::function<void()> before_begin;  // outside of any transaction
  std::function<void()> after_commit;  // what it throws, commit() throws, although all is stored

 private:
  using Versions = std::map<std::pair<std::string, std::string>, Version>;  // by projector and aggregate

  class Transaction final : public ReadModelTransaction {
   public:
    Transaction(FakeReadModel& model, std::string name) : model_{model}, lock_{model.mutex_}, name_{std::move(name)} {
      model_.working_ = model_.rows_;
      model_.used_ = 0;
      model_.room_ = 0;
      model_.over_ = false;
      versions_ = model_.versions_;
    }
    std::optional<Position> checkpoint() const override {
      const auto at = model_.checkpoints_.find(name_);
      return at == model_.checkpoints_.end() ? std::nullopt : std::optional{at->second};
    }
    std::optional<Version> handled(std::string_view projector, std::string_view aggregate_id) const override {
      ++model_.look_ups;
      const auto at = versions_.find({std::string{projector}, std::string{aggregate_id}});
      return at == versions_.end() ? std::nullopt : std::optional{at->second};
    }
    std::vector<HandledVersion> all_handled(std::string_view projector) const override {
      std::vector<HandledVersion> all;
      for (const auto& [key, version] : versions_) {
        if (key.first == projector) all.push_back({key.second, version});
      }
      return all;
    }
    void set_handled(std::string_view projector, std::string_view aggregate_id, Version version) override {
      versions_[{std::string{projector}, std::string{aggregate_id}}] = version;
      count(projector, aggregate_id);
    }
    void forget_handled(std::string_view projector, std::string_view aggregate_id) override {
      versions_.erase({std::string{projector}, std::string{aggregate_id}});
      count(projector, aggregate_id);
    }
    void forget_all_handled(std::string_view projector) override {
      std::erase_if(versions_,
                    [&](const auto& row) { return row.first.first == projector && !row.first.second.empty(); });
    }
    void keep_room(std::size_t rows) override { model_.room_ = rows; }
    [[nodiscard]] bool full() const override {
      return model_.most_rows > 0 && (model_.over_ || model_.used_ + model_.room_ >= model_.most_rows);
    }
    void commit(Position done) override {
      if (model_.commit_failures > 0) {
        --model_.commit_failures;
        throw Error{Errc::unavailable, "the read model does not answer"};
      }
      const auto refused = [&](const std::vector<int>& rows) { return std::ranges::count(rows, model_.refused_row); };
      if (model_.refused_row != 0 && refused(model_.working_) > refused(model_.rows_)) {
        throw Error{Errc::invalid_argument, "row " + std::to_string(model_.refused_row) + " cannot be stored"};
      }
      model_.rows_ = model_.working_;
      model_.versions_ = std::move(versions_);
      model_.checkpoints_[name_] = done;
      if (model_.after_commit) model_.after_commit();
    }

   private:
    // Of each row once, as a store's request would hold it.
    void count(std::string_view projector, std::string_view aggregate_id) {
      if (aggregate_id.empty() || !touched_.emplace(projector, aggregate_id).second) return;
      ++model_.used_;
      constexpr std::size_t kOwn = 9;
      if (model_.most_rows > 0 && model_.used_ > model_.most_rows + kOwn) {
        throw Error{Errc::internal, "the runtime writes more rows than a transaction holds"};
      }
    }

    FakeReadModel& model_;
    std::set<std::pair<std::string, std::string>> touched_;
    std::unique_lock<std::mutex> lock_;  // one writer at a time
    std::string name_;
    Versions versions_;
  };

  mutable std::mutex mutex_;
  std::vector<int> rows_;
  std::vector<int> working_;
  std::size_t used_ = 0;
  std::size_t room_ = 0;
  bool over_ = false;
  std::map<std::string, Position> checkpoints_;
  Versions versions_;
};

}  // namespace leftfold::runtime_test
