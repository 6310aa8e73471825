// SPDX-License-Identifier: Apache-2.0
#include "git_history/git_log.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <leftfold/error.h>

#include "git_history/process.h"
#include "git_history/text.h"

namespace git_history {
namespace {

using leftfold::Errc;
using leftfold::Error;

constexpr std::string_view kCommit = "commit ";  // neither a raw entry (':') nor a count (digit or '-') begins so

// RFC 3339 has years 0 to 9999; a commit may claim anything.
leftfold::Timestamp timestamp(std::string_view seconds) {
  constexpr std::int64_t kLast = 253'402'300'799;  // 9999-12-31T23:59:59Z
  std::int64_t value = 0;
  (void)std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  return leftfold::Timestamp{std::chrono::seconds{std::clamp<std::int64_t>(value, 0, kLast)}};
}

// A count of --numstat: "-" for a binary file.
std::int64_t lines(std::string_view text) {
  std::int64_t value = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Reads `git log -z --raw --numstat`: the pieces between NULs are, a commit: its header, then a raw entry and its path
// (two for a rename) a file, then a count a file, whose paths follow it only for a rename.
class LogReader {
 public:
  explicit LogReader(Process& process) : process_{process} {}

  // The next commit; empty at the end.
  std::optional<Commit> next() {
    if (!header_) header_ = entry();
    if (!header_) return std::nullopt;
    if (!header_->starts_with(kCommit)) fail(*header_);
    Commit commit;
    commit.hash = header_->substr(kCommit.size());
    commit.time = timestamp(piece());
    commit.author = escaped(piece());
    std::unordered_map<std::string, std::size_t> by_path;
    for (header_ = entry(); header_ && !header_->starts_with(kCommit); header_ = entry()) {
      if (header_->starts_with(':')) {
        read_raw(*header_, commit, by_path);
      } else {
        read_count(*header_, commit, by_path);
      }
    }
    return commit;
  }

 private:
  std::string piece() {
    const auto text = process_.next('\0');
    if (!text) throw Error{Errc::invalid_data, "git log ended in the middle of a commit"};
    return std::string{*text};
  }

  // The next piece that says something: between a header and its entries git writes an empty one and a line feed.
  std::optional<std::string> entry() {
    while (const auto text = process_.next('\0')) {
      const std::string_view said = text->starts_with('\n') ? text->substr(1) : *text;
      if (!said.empty()) return std::string{said};
    }
    return std::nullopt;
  }

  // ":100644 100644 abc1234 def5678 R086"
  void read_raw(const std::string& entry, Commit& commit, std::unordered_map<std::string, std::size_t>& by_path) {
    const std::size_t space = entry.rfind(' ');
    if (space == std::string::npos || space + 1 >= entry.size()) fail(entry);
    FileDiff file;
    file.status = entry[space + 1];
    if (file.status == 'R') file.old_path = escaped(piece());
    file.path = escaped(piece());
    by_path[file.path] = commit.files.size();
    commit.files.push_back(std::move(file));
  }

  // "12<tab>3<tab>path", or for a rename "12<tab>3<tab>" and both paths as pieces of their own
  void read_count(const std::string& entry, Commit& commit,
                  const std::unordered_map<std::string, std::size_t>& by_path) {
    const std::size_t first = entry.find('\t');
    const std::size_t second = first == std::string::npos ? first : entry.find('\t', first + 1);
    if (second == std::string::npos) fail(entry);
    std::string path = entry.substr(second + 1);
    if (path.empty()) {
      (void)piece();
      path = piece();
    }
    const auto found = by_path.find(escaped(path));
    if (found == by_path.end()) fail(entry);
    FileDiff& file = commit.files[found->second];
    file.added = lines(std::string_view{entry}.substr(0, first));
    file.removed = lines(std::string_view{entry}.substr(first + 1, second - first - 1));
  }

  [[noreturn]] static void fail(const std::string& text) {
    throw Error{Errc::invalid_data, "git log wrote something that is not understood: '" + escaped(text) + "'"};
  }

  Process& process_;
  std::optional<std::string> header_;
};

std::vector<std::string> command(const std::filesystem::path& path, std::vector<std::string> arguments) {
  std::vector<std::string> words{"git", "-C", path.string()};
  words.insert(words.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  return words;
}

}  // namespace

GitRepository::GitRepository(std::filesystem::path path) : path_{std::move(path)} {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path_, ignored)) {
    throw Error{Errc::not_found, path_.string() + " is not a folder: give the path of a git checkout"};
  }
  Process process{command(path_, {"rev-parse", "--is-bare-repository"})};
  const std::string bare{process.next('\n').value_or("")};
  if (process.finish() != 0) {
    throw Error{Errc::not_found, path_.string() + " is not in a git repository that can be read: " + process.errors() +
                                     "; give the path of a checkout"};
  }
  top_ = line({"rev-parse", bare == "true" ? "--absolute-git-dir" : "--show-toplevel"});
}

std::string GitRepository::head() const {
  Process process{command(path_, {"rev-parse", "--verify", "--quiet", "HEAD^{commit}"})};
  const std::string hash{process.next('\n').value_or("")};
  if (process.finish() != 0) {
    throw Error{Errc::not_found, top_ + " has no commit yet: there is no history to read"};
  }
  return hash;
}

bool GitRepository::is_shallow() const { return line({"rev-parse", "--is-shallow-repository"}) == "true"; }

bool GitRepository::continues(const std::string& older, const std::string& newer) const {
  Process process{command(path_, {"merge-base", "--is-ancestor", older, newer})};
  return process.finish() == 0;
}

std::vector<std::string> GitRepository::files(const std::string& commit) const {
  Process process{command(path_, {"ls-tree", "-r", "-z", "--name-only", "--full-tree", commit})};
  std::vector<std::string> paths;
  while (const auto path = process.next('\0')) paths.push_back(escaped(*path));
  if (process.finish() != 0) throw Error{Errc::unavailable, "git ls-tree failed in " + top_ + ": " + process.errors()};
  return paths;
}

void GitRepository::log(const std::string& from, const std::string& to,
                        const std::function<bool(const Commit&)>& take) const {
  std::vector<std::string> arguments{
      "log", "--reverse", "--topo-order", "--no-merges", "-z", "--raw", "--numstat", "-M",
      // What the user's own configuration may say is not wanted here.
      "--no-color", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-relative", "--no-notes",
      "--ignore-submodules=none", "--encoding=UTF-8", "--format=tformat:" + std::string{kCommit} + "%H%x00%at%x00%aN",
      "--end-of-options", from.empty() ? to : from + ".." + to};
  Process process{command(path_, std::move(arguments))};
  LogReader reader{process};
  while (const auto commit = reader.next()) {
    if (!take(*commit)) return;
  }
  if (process.finish() != 0) throw Error{Errc::unavailable, "git log failed in " + top_ + ": " + process.errors()};
}

std::string GitRepository::line(std::vector<std::string> arguments) const {
  Process process{command(path_, std::move(arguments))};
  const std::string text{process.next('\n').value_or("")};
  if (process.finish() != 0)
    throw Error{Errc::unavailable, "git failed in " + path_.string() + ": " + process.errors()};
  return text;
}

}  // namespace git_history
