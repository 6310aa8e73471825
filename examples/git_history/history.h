// SPDX-License-Identifier: Apache-2.0
// How far a repository has been read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>

namespace git_history {

/// The import of everything up to the commit `head` began.
struct ImportStarted {
  std::string head;
  std::string repository;  // where it is, for people
};
struct ImportFinished {
  std::int64_t commits = 0;  // how many it read
};
using HistoryEvents = leftfold::Events<ImportStarted, ImportFinished>;

struct HistoryState {
  std::string head;    // imported up to here; empty before the first import
  std::string target;  // being imported; empty when no import is in progress
  std::string repository;
  std::int64_t commits = 0;
  void apply(const ImportStarted& e) {
    target = e.head;
    repository = e.repository;
  }
  void apply(const ImportFinished& e) {
    head = std::exchange(target, {});
    commits += e.commits;
  }
};

class History : public leftfold::AggregateRoot<HistoryState, HistoryEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  static constexpr const char* kId = "history";  // one repository a store

  /// Starts an import; one that was cut short is done first: then this changes nothing.
  void start_or_go_on(std::string head, std::string repository) {
    if (state().target.empty() && state().head != head) {
      create_event(ImportStarted{std::move(head), std::move(repository)});
    }
  }
  /// Finishes the import up to `head`, if that is the one in progress.
  void finish(const std::string& head, std::int64_t commits) {
    if (state().target == head) create_event(ImportFinished{commits});
  }
};

}  // namespace git_history
