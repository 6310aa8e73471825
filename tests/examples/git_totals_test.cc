// SPDX-License-Identifier: Apache-2.0
// The example's totals against git's own, on a made repository and on this checkout.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <ostream>

#include <gtest/gtest.h>

#include <leftfold/sqlite_read_model.h>

#include "git_history/text.h"
#include "program.h"

namespace {

using examples_test::run;
using git_history::escaped;

struct Sums {
  std::int64_t changes = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
  bool operator==(const Sums&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Sums& sums) {
  return out << sums.changes << " changes +" << sums.added << " -" << sums.removed;
}

// Adds a line of `git log --numstat` ("12<tab>3<tab>path"; "-" for binary). Returns whether it is one.
bool add_numstat(const std::string& line, Sums& sums) {
  const std::size_t first = line.find('\t');
  const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
  if (second == std::string::npos) return false;
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::from_chars(line.data(), line.data() + first, added);
  std::from_chars(line.data() + first + 1, line.data() + second, removed);
  sums.added += added;
  sums.removed += removed;
  ++sums.changes;
  return true;
}

std::vector<std::string> split(const std::string& text, char end) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t to = std::min(text.find(end, at), text.size());
    pieces.push_back(text.substr(at, to - at));
    at = to + 1;
  }
  return pieces;
}

// git's own numbers, in the form without -z: not the form that the example reads.
std::map<std::string, Sums> authors_by_git(const std::string& repository) {
  const auto log = run({"git", "-C", repository, "log", "--no-merges", "-M", "--numstat", "--format=author %aN"});
  EXPECT_EQ(log.exit_code, 0) << log.errors;
  std::map<std::string, Sums> sums;
  std::string author;
  for (const auto& line : split(log.output, '\n')) {
    if (line.starts_with("author ")) {
      author = escaped(line.substr(7));
    } else if (Sums one; add_numstat(line, one)) {
      (void)add_numstat(line, sums[author]);
    }
  }
  return sums;
}

Sums file_by_git(const std::string& repository, const std::string& path) {
  const auto log = run(
      {"git", "-C", repository, "--literal-pathspecs", "log", "--follow", "-M", "--numstat", "--format=", "--", path});
  EXPECT_EQ(log.exit_code, 0) << log.errors;
  Sums sums;
  for (const auto& line : split(log.output, '\n')) add_numstat(line, sums);
  return sums;
}

std::vector<std::string> tree_by_git(const std::string& repository) {
  const auto tree = run({"git", "-C", repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD"});
  EXPECT_EQ(tree.exit_code, 0) << tree.errors;
  auto paths = split(tree.output, '\0');
  if (!paths.empty() && paths.back() == "\n") paths.pop_back();  // run() ends every output with a line feed
  return paths;
}

struct AuthorRow {
  std::string author;
  std::int64_t changes = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
};
std::map<std::string, Sums> rows(leftfold::SqliteReadModel& db, const char* sql) {
  std::map<std::string, Sums> sums;
  for (const auto& row : db.query<AuthorRow>(sql)) sums[row.author] = {row.changes, row.added, row.removed};
  return sums;
}
constexpr const char* kAuthors = "SELECT author, changes, added, removed FROM authors";
constexpr const char* kPresent = "SELECT path, changes, added, removed FROM hot_files WHERE present";

class GitTotals : public ::testing::Test {
 protected:
  std::string import(const std::string& repository) {
    const auto outcome = run({GIT_HISTORY_PROGRAM, "--store", "sqlite:" + file_.string(), "import", repository});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors << outcome.output;
    EXPECT_NE(outcome.output.find("Verified"), std::string::npos) << outcome.output;
    return outcome.output;
  }
  std::string make_repository() {
    const std::string path = (folder_ / "repository").string();
    const auto made = run({MAKE_REPOSITORY, path});
    EXPECT_EQ(made.exit_code, 0) << made.errors;
    return path;
  }

  examples_test::Folder folder_;
  std::filesystem::path file_ = folder_ / "history.db";
};

TEST_F(GitTotals, authors_files_and_tree_agree_with_git) {
  const std::string repository = make_repository();
  import(repository);
  leftfold::SqliteReadModel db{file_};
  EXPECT_EQ(rows(db, kAuthors), authors_by_git(repository));

  const auto files = rows(db, kPresent);
  const auto tree = tree_by_git(repository);
  EXPECT_EQ(files.size(), tree.size());
  int compared = 0;
  for (const auto& path : tree) {
    ASSERT_TRUE(files.contains(escaped(path))) << path;
    // `git log --follow` sees one line of history only, and does not tell two lives of a path apart.
    if (path == "moved.txt" || path == "100%.txt" || path == "both.txt") continue;
    EXPECT_EQ(files.at(escaped(path)), file_by_git(repository, path)) << path;
    ++compared;
  }
  EXPECT_GE(compared, 14);
  EXPECT_EQ(files.at("100%25.txt"), (Sums{1, 3, 0}));
  EXPECT_EQ(files.at("moved.txt"), (Sums{3, 33, 0}));
  EXPECT_EQ(files.at("both.txt"), (Sums{2, 2, 0}));
}

TEST_F(GitTotals, a_second_import_changes_nothing_and_a_later_one_continues) {
  const std::string repository = make_repository();
  import(repository);
  leftfold::SqliteReadModel db{file_};
  const auto authors = rows(db, kAuthors);
  const auto files = rows(db, kPresent);
  import(repository);
  EXPECT_EQ(rows(db, kAuthors), authors);
  EXPECT_EQ(rows(db, kPresent), files);

  ASSERT_EQ(run({"git", "-C", repository, "mv", "late.txt", "later.txt"}).exit_code, 0);
  ASSERT_EQ(run({"git", "-C", repository, "-c", "user.name=Late", "-c", "user.email=l@example.org", "commit", "--quiet",
                 "--message", "late"})
                .exit_code,
            0);
  import(repository);
  EXPECT_EQ(rows(db, kAuthors), authors_by_git(repository));
  EXPECT_EQ(rows(db, kPresent).at("later.txt"), (Sums{2, 9, 0}));
  EXPECT_FALSE(rows(db, kPresent).contains("late.txt"));
}

TEST_F(GitTotals, this_checkout_agrees_with_git) {
  if (run({"git", "-C", THIS_CHECKOUT, "rev-parse", "--verify", "HEAD"}).exit_code != 0) {
    GTEST_SKIP() << "this checkout has no history";
  }
  const std::string copy = (folder_ / "copy").string();  // others may commit while the test runs
  ASSERT_EQ(run({"git", "clone", "--quiet", "--bare", THIS_CHECKOUT, copy}).exit_code, 0);
  import(copy);
  leftfold::SqliteReadModel db{file_};
  EXPECT_EQ(rows(db, kAuthors), authors_by_git(copy));
  EXPECT_EQ(rows(db, kPresent).size(), tree_by_git(copy).size());
}

TEST_F(GitTotals, a_shallow_clone_is_read_from_where_it_begins) {
  const std::string repository = make_repository();
  const std::string shallow = (folder_ / "shallow").string();
  ASSERT_EQ(run({"git", "clone", "--quiet", "--depth", "2", "file://" + repository, shallow}).exit_code, 0);
  EXPECT_NE(import(shallow).find("shallow clone"), std::string::npos);
  leftfold::SqliteReadModel db{file_};
  EXPECT_EQ(rows(db, kAuthors), authors_by_git(shallow));
  EXPECT_EQ(rows(db, kPresent).size(), tree_by_git(shallow).size());
}

}  // namespace
