// SPDX-License-Identifier: Apache-2.0
// One file of a repository through its life, across renames: its events, its state, its rules.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>
#include <leftfold/types.h>

namespace git_history {

// [events]
/// What one commit did to one file. Plain value; texts are escaped (text.h).
struct Change {
  std::string commit;          // full hash
  std::string author;          // name, after the repository's .mailmap
  leftfold::Timestamp time{};  // author's time
  std::int64_t added = 0;      // lines, as git counts them: 0 for a binary file
  std::int64_t removed = 0;
};

struct FileCreated {
  std::string path;
  Change change;
};
struct FileChanged {
  std::string path;
  Change change;
};
struct FileRenamed {
  std::string from;
  std::string path;
  Change change;
};
struct FileDeleted {
  std::string path;
  Change change;
};
// Merges have no line counts of their own; they only decide which files are there. See docs/guides/git-history.md.
struct FileKeptByMerge {
  std::string path;
  std::string commit;  // the head that has the file
};
struct FileDroppedByMerge {
  std::string path;
  std::string commit;  // the head that lacks it
};
using FileEvents =
    leftfold::Events<FileCreated, FileChanged, FileRenamed, FileDeleted, FileKeptByMerge, FileDroppedByMerge>;
// [/events]

struct FileState {
  std::string path;      // as of the last event
  bool present = false;  // in the newest tree read
  std::int64_t changes = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;

  void apply(const FileCreated& e) { count(e.path, true, e.change); }
  void apply(const FileChanged& e) { count(present ? path : e.path, true, e.change); }
  void apply(const FileRenamed& e) { count(e.path, true, e.change); }
  void apply(const FileDeleted& e) { count(present ? path : e.path, false, e.change); }
  void apply(const FileKeptByMerge& e) {
    path = e.path;
    present = true;
  }
  void apply(const FileDroppedByMerge&) { present = false; }

 private:
  void count(std::string now, bool there, const Change& change) {
    path = std::move(now);
    present = there;
    ++changes;
    added += change.added;
    removed += change.removed;
  }
};

/// A command that contradicts what is stored of the file; nothing was changed.
struct FileRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file from the commit that created it on; its id is the path it was born under, '@', and that commit. A path that
/// is deleted and created again is another file. Other lines of history may go on changing a file that this one has
/// renamed or deleted, so only a second creation is refused.
class File : public leftfold::AggregateRoot<FileState, FileEvents> {
 public:
  using AggregateRoot::AggregateRoot;

  /// Throws FileRefused when the file exists.
  void create(std::string path, Change change) {
    if (exists()) throw FileRefused{id() + " was created before"};
    create_event(FileCreated{std::move(path), std::move(change)});
  }
  void change(std::string path, Change change) { create_event(FileChanged{std::move(path), std::move(change)}); }
  void rename(std::string from, std::string path, Change change) {
    create_event(FileRenamed{std::move(from), std::move(path), std::move(change)});
  }
  void remove(std::string path, Change change) { create_event(FileDeleted{std::move(path), std::move(change)}); }
  /// Records that a merge has the file under `path`; nothing when it is known to be there.
  void keep(std::string path, std::string commit) {
    if (!state().present || state().path != path) create_event(FileKeptByMerge{std::move(path), std::move(commit)});
  }
  /// Records that a merge lacks the file; nothing when it is known to be gone.
  void drop(std::string commit) {
    if (state().present) create_event(FileDroppedByMerge{state().path, std::move(commit)});
  }
};

}  // namespace git_history
