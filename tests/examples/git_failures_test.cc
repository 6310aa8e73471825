// SPDX-License-Identifier: Apache-2.0
// Wrong paths and wrong repositories: a clear error, and nothing is stored.
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "program.h"

namespace {

using examples_test::run;

class GitFailures : public ::testing::Test {
 protected:
  examples_test::Outcome import(const std::string& repository) {
    return run({GIT_HISTORY_PROGRAM, "--store", "sqlite:" + (folder_ / "history.db").string(), "import", repository});
  }
  std::string commit_to(const char* name, const char* text) {
    const std::string path = (folder_ / name).string();
    EXPECT_EQ(run({"git", "init", "--quiet", path}).exit_code, 0);
    std::ofstream{path + "/file.txt"} << text;
    EXPECT_EQ(run({"git", "-C", path, "add", "--all"}).exit_code, 0);
    EXPECT_EQ(run({"git", "-C", path, "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "--quiet",
                   "--message", text})
                  .exit_code,
              0);
    return path;
  }
  examples_test::Folder folder_;
};

TEST_F(GitFailures, a_folder_that_does_not_exist_is_not_found) {
  const auto outcome = import((folder_ / "nowhere").string());
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.errors.find("nowhere is not a folder"), std::string::npos) << outcome.errors;
}

TEST_F(GitFailures, a_folder_that_is_no_repository_says_so) {
  std::filesystem::create_directory(folder_ / "plain");
  const auto outcome = import((folder_ / "plain").string());
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.errors.find("is not in a git repository"), std::string::npos) << outcome.errors;
}

TEST_F(GitFailures, a_repository_without_a_commit_says_so) {
  const std::string path = (folder_ / "empty").string();
  ASSERT_EQ(run({"git", "init", "--quiet", path}).exit_code, 0);
  const auto outcome = import(path);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.errors.find("has no commit yet"), std::string::npos) << outcome.errors;
}

TEST_F(GitFailures, another_repository_does_not_go_into_the_same_store) {
  ASSERT_EQ(import(commit_to("one", "one\n")).exit_code, 0);
  const auto outcome = import(commit_to("two", "two\n"));
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_NE(outcome.errors.find("does not continue it"), std::string::npos) << outcome.errors;
}

TEST_F(GitFailures, a_path_is_never_read_as_an_option_or_by_a_shell) {
  const std::string path = commit_to("$(touch broken); -x 'y' \"z\"", "one\n");
  EXPECT_EQ(import(path).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists("broken"));
}

TEST_F(GitFailures, an_unknown_option_and_a_second_path_are_usage_errors) {
  EXPECT_EQ(run({GIT_HISTORY_PROGRAM, "import", "--speed", "2"}).exit_code, 2);
  EXPECT_EQ(run({GIT_HISTORY_PROGRAM, "import", "one", "two"}).exit_code, 2);
  EXPECT_EQ(run({GIT_HISTORY_PROGRAM, "import", "--threads", "0"}).exit_code, 2);
}

}  // namespace
