// SPDX-License-Identifier: Apache-2.0
// A repository as git tells it: commits with what they did to each file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <leftfold/types.h>

namespace git_history {

/// What a commit did to one file. Texts are escaped (text.h).
struct FileDiff {
  char status = 'M';     // A created, M changed, R renamed, D deleted, T changed type
  std::string path;      // after the commit; of a deleted file: before
  std::string old_path;  // renamed files: before
  std::int64_t added = 0;
  std::int64_t removed = 0;
};

struct Commit {
  std::string hash;
  std::string author;
  leftfold::Timestamp time{};
  std::vector<FileDiff> files;
};

/// A git repository, read through the git program. One thread.
class GitRepository {
 public:
  /// `path` is a checkout, a folder inside one, or a bare repository. Throws leftfold::Error(not_found) when it is none
  /// of these or git is not installed.
  explicit GitRepository(std::filesystem::path path);

  /// The repository's top folder; of a bare one, the repository itself.
  [[nodiscard]] const std::string& top() const noexcept { return top_; }
  /// The commit checked out. Throws leftfold::Error(not_found) when there is no commit yet.
  [[nodiscard]] std::string head() const;
  /// True when the repository holds only the newer part of its history.
  [[nodiscard]] bool is_shallow() const;
  /// True when `older` is known and is `newer` or an ancestor of it.
  [[nodiscard]] bool continues(const std::string& older, const std::string& newer) const;
  /// Paths of all files in the commit's tree, escaped; submodules too.
  [[nodiscard]] std::vector<std::string> files(const std::string& commit) const;

  /// Calls `take` with each commit that is not a merge and is reachable from `to` but not from `from` (empty: all),
  /// parents before children, until it returns false. Line counts and renames are git's own (log --numstat -M). Throws
  /// leftfold::Error(unavailable) with git's message when git fails, invalid_data when its output cannot be read.
  void log(const std::string& from, const std::string& to, const std::function<bool(const Commit&)>& take) const;

 private:
  [[nodiscard]] std::string line(std::vector<std::string> arguments) const;

  std::filesystem::path path_;
  std::string top_;
};

}  // namespace git_history
