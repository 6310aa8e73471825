// SPDX-License-Identifier: Apache-2.0
// Events as the commits they were stored in.
#include "runtime/migration/commit_gatherer.h"

#include <gtest/gtest.h>

#include <functional>

#include "migration_support.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using runtime::CommitGatherer;
using runtime::event_of;
using test_support::code_of;

TEST(CommitGatherer, GivesACommitWithItsLastEvent) {
  std::uint32_t number = 0;
  CommitGatherer gatherer;
  for (const std::size_t size : {3U, 1U, 2U}) {
    const RecordedCommit commit = a_commit("a", 0, size, number);
    for (std::size_t i = 0; i < size; ++i) {
      const auto whole = gatherer.add(event_of(commit, i));
      ASSERT_EQ(whole.has_value(), i + 1 == size);
      if (whole) {
        EXPECT_EQ(whole->events.size(), size);
        EXPECT_EQ(whole->events[0].id, commit.events[0].id);
        EXPECT_EQ(whole->committed_at, commit.committed_at);
      }
    }
    gatherer.expect_whole();
  }
}

TEST(CommitGatherer, RefusesAnEventThatDoesNotFollow) {
  std::uint32_t number = 0;
  const RecordedCommit commit = a_commit("a", 4, 3, number);
  using Change = std::function<void(RecordedEvent&)>;
  const std::vector<Change> changes{[](RecordedEvent& e) { e.version = Version{9}; },
                                    [](RecordedEvent& e) { e.aggregate_id = "b"; },
                                    [](RecordedEvent& e) { e.commit_id = id_of(77); },
                                    [](RecordedEvent& e) { e.commit_pos = 2; },
                                    [](RecordedEvent& e) { e.commit_size = 4; },
                                    [](RecordedEvent& e) { e.committed_at += std::chrono::milliseconds{1}; }};
  for (const Change& change : changes) {
    CommitGatherer gatherer;
    (void)gatherer.add(event_of(commit, 0));
    RecordedEvent second = event_of(commit, 1);
    change(second);
    EXPECT_EQ(code_of([&] { (void)gatherer.add(second); }), Errc::invalid_data);
    gatherer.expect_whole();  // it is forgotten
  }
  CommitGatherer gatherer;
  EXPECT_EQ(code_of([&] { (void)gatherer.add(event_of(commit, 1)); }), Errc::invalid_data);
  RecordedEvent first = event_of(commit, 0);
  first.commit_id = id_of(77);
  EXPECT_EQ(code_of([&] { (void)gatherer.add(first); }), Errc::invalid_data);
  first = event_of(commit, 0);
  first.commit_size = 0;
  EXPECT_EQ(code_of([&] { (void)gatherer.add(first); }), Errc::invalid_data);
}

TEST(CommitGatherer, NoticesACommitThatDoesNotEnd) {
  std::uint32_t number = 0;
  const RecordedCommit commit = a_commit("a", 0, 2, number);
  CommitGatherer gatherer;
  (void)gatherer.add(event_of(commit, 0));
  std::string message;
  EXPECT_EQ(code_of([&] { gatherer.expect_whole(); }, &message), Errc::invalid_data);
  EXPECT_NE(message.find("has 2 events, only 1 of them came"), std::string::npos) << message;
  EXPECT_EQ(code_of([&] { (void)gatherer.add(event_of(commit, 0)); }), Errc::invalid_data);
}

}  // namespace
}  // namespace leftfold::runtime_test
