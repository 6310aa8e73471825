// SPDX-License-Identifier: Apache-2.0
// Who is who: files through renames, deletions, lines of history, and imports that were cut short.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <leftfold/error.h>
#include <leftfold/memory.h>
#include <leftfold/repository.h>

#include "git_history/history.h"
#include "git_history/importer.h"
#include "program.h"

namespace git_history {
namespace {

using Streams = std::map<std::string, std::vector<std::string>>;

// Every file's events, as type and payload. Which head a merge's decision was seen at depends on when imports ran.
Streams streams(leftfold::EventStore& store) {
  Streams all;
  for (const auto& event : store.read_all({}, 100'000)) {
    if (event.aggregate_id == History::kId) continue;
    std::string text{event.type};
    if (!event.type.ends_with("ByMerge")) text.append(" ").append(event.payload);
    all[std::string{event.aggregate_id}].push_back(std::move(text));
  }
  return all;
}

std::vector<std::string> types(const std::vector<std::string>& events) {
  std::vector<std::string> names;
  for (const auto& event : events) names.push_back(event.substr(0, event.find(' ')));
  return names;
}

// A store that fails after so many appends: an import that is cut short at that point.
class CutShort final : public leftfold::EventStore {
 public:
  CutShort(leftfold::EventStore& store, int appends) : store_{store}, left_{appends} {}
  leftfold::AppendResult append(const leftfold::AppendRequest& request) override {
    if (left_-- <= 0) throw leftfold::Error{leftfold::Errc::unavailable, "cut short"};
    return store_.append(request);
  }
  leftfold::EventPage read_stream(std::string_view id, leftfold::Version from, std::size_t max) override {
    return store_.read_stream(id, from, max);
  }
  leftfold::EventPage read_all(leftfold::Position after, std::size_t max) override {
    return store_.read_all(after, max);
  }
  leftfold::Position head() override { return store_.head(); }
  std::optional<leftfold::Appended> find_append(std::string_view id, std::string_view key) override {
    return store_.find_append(id, key);
  }

 private:
  leftfold::EventStore& store_;
  std::atomic<int> left_;
};

class GitIdentity : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = examples_test::run({MAKE_REPOSITORY, repository_folder_.string()});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
  }
  ImportReport import(leftfold::EventStore& store, std::size_t threads = 4) {
    return import_history(store, GitRepository{repository_folder_}, threads, {});
  }
  // The file that was born under `path`; there must be one.
  static std::vector<std::string> born_as(const Streams& all, const std::string& path, std::size_t nth = 0) {
    std::vector<std::vector<std::string>> found;
    for (const auto& [id, events] : all) {
      if (id.starts_with(path + "@")) found.push_back(events);
    }
    if (nth >= found.size()) throw std::runtime_error{"no file was born as " + path};
    return found[nth];
  }

  examples_test::Folder folder_;
  std::filesystem::path repository_folder_ = folder_ / "repository";
  leftfold::MemoryStore store_;
};

using Types = std::vector<std::string>;

TEST_F(GitIdentity, a_renamed_file_goes_on_under_its_own_identity) {
  import(store_);
  EXPECT_EQ(types(born_as(streams(store_), "src/main.txt")),
            (Types{"FileCreated", "FileChanged", "FileRenamed", "FileRenamed"}));
  EXPECT_EQ(types(born_as(streams(store_), "two words.txt")), (Types{"FileCreated", "FileRenamed", "FileChanged"}));
}

TEST_F(GitIdentity, a_path_that_is_created_again_is_another_file) {
  import(store_);
  std::set<Types> lives;
  for (const std::size_t life : {0U, 1U}) lives.insert(types(born_as(streams(store_), "100%25.txt", life)));
  EXPECT_EQ(lives, (std::set<Types>{{"FileCreated", "FileDeleted"}, {"FileCreated"}}));
}

TEST_F(GitIdentity, changes_on_another_line_of_history_reach_the_file_that_was_renamed_or_deleted) {
  import(store_);
  const Streams all = streams(store_);
  const auto moving = types(born_as(all, "moving.txt"));
  EXPECT_EQ(std::set<std::string>(moving.begin(), moving.end()),
            (std::set<std::string>{"FileCreated", "FileRenamed", "FileChanged"}));
  EXPECT_EQ(moving.size(), 3U);
  const auto dying = types(born_as(all, "dying.txt"));
  EXPECT_EQ(std::count(dying.begin(), dying.end(), "FileChanged"), 2);
  EXPECT_EQ(std::count(dying.begin(), dying.end(), "FileDeleted"), 1);
}

TEST_F(GitIdentity, a_file_that_two_lines_of_history_create_is_one_file) {
  import(store_);
  EXPECT_EQ(types(born_as(streams(store_), "both.txt")), (Types{"FileCreated", "FileChanged"}));
}

TEST_F(GitIdentity, a_merge_can_drop_a_file_and_bring_one) {
  import(store_);
  EXPECT_EQ(types(born_as(streams(store_), "side.txt")), (Types{"FileCreated", "FileDroppedByMerge"}));
  EXPECT_EQ(types(born_as(streams(store_), "merged.txt")), (Types{"FileCreated"}));
}

TEST_F(GitIdentity, a_second_import_finds_nothing_new) {
  const ImportReport first = import(store_);
  const Streams before = streams(store_);
  const ImportReport second = import(store_);
  EXPECT_GT(first.changes, 30);
  EXPECT_EQ(second.commits, 0);
  EXPECT_EQ(second.changes, 0);
  EXPECT_EQ(streams(store_), before);
}

TEST_F(GitIdentity, an_import_that_goes_on_gives_the_same_files_as_one_at_once) {
  import(store_);
  leftfold::MemoryStore in_steps;
  for (const char* revision : {"main~8", "main~5", "main~2", "main"}) {
    ASSERT_EQ(examples_test::run(
                  {"git", "-C", repository_folder_.string(), "checkout", "--quiet", "--force", "--detach", revision})
                  .exit_code,
              0);
    EXPECT_GT(import(in_steps).commits, 0) << revision;
  }
  EXPECT_EQ(streams(in_steps), streams(store_));
}

class GitImportCutShort : public GitIdentity, public ::testing::WithParamInterface<int> {};

TEST_P(GitImportCutShort, goes_on_and_stores_nothing_twice) {
  import(store_);
  leftfold::MemoryStore cut;
  CutShort failing{cut, GetParam()};
  EXPECT_THROW(import(failing), leftfold::Error);
  import(cut);
  EXPECT_EQ(streams(cut), streams(store_));
  EXPECT_EQ(cut.head(), store_.head());
}

INSTANTIATE_TEST_SUITE_P(AfterSomeAppends, GitImportCutShort, ::testing::Values(0, 1, 2, 7, 15, 25, 35, 38));

TEST_F(GitIdentity, an_import_cut_short_is_finished_before_newer_commits_are_read) {
  CutShort failing{store_, 20};
  EXPECT_THROW(import(failing), leftfold::Error);
  std::ofstream{repository_folder_ / "new.txt"} << "new\n";
  ASSERT_EQ(examples_test::run({"git", "-C", repository_folder_.string(), "add", "--all"}).exit_code, 0);
  ASSERT_EQ(examples_test::run({"git", "-C", repository_folder_.string(), "-c", "user.name=n", "-c",
                                "user.email=n@example.org", "commit", "--quiet", "--message", "new"})
                .exit_code,
            0);
  import(store_);
  leftfold::MemoryStore at_once;
  import(at_once);
  EXPECT_EQ(streams(store_), streams(at_once));
}

}  // namespace
}  // namespace git_history
