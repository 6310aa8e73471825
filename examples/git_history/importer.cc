// SPDX-License-Identifier: Apache-2.0
#include "git_history/importer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/repository.h>

#include "git_history/history.h"
#include "git_history/paths.h"
#include "git_history/text.h"
#include "git_history/writers.h"

namespace git_history {
namespace {

using leftfold::Errc;
using leftfold::Error;

class Import {
 public:
  Import(leftfold::EventStore& store, leftfold::Position finished, std::size_t threads)
      : paths_{Paths::of(store, finished)}, writers_{store, threads} {}

  // Gives what a commit did to a file to the right aggregate. Lines of history run side by side, and git tells them one
  // after the other: so a file may be created that is there, or changed where it is not any more.
  void take(const Commit& commit, const FileDiff& diff) {
    const Change change{commit.hash, commit.author, commit.time, diff.added, diff.removed};
    const std::string& before = diff.status == 'R' ? diff.old_path : diff.path;
    const std::string* known = paths_.at(before);
    if (known == nullptr && diff.status != 'A') known = paths_.last_at(before);
    if (known == nullptr) {
      const std::string id = file_id(diff.path, commit.hash);
      if (diff.status == 'D') {
        write(id, FileDeleted{diff.path, change},
              [](File& f, FileDeleted e) { f.remove(std::move(e.path), std::move(e.change)); });
      } else {
        write(id, FileCreated{diff.path, change},
              [](File& f, FileCreated e) { f.create(std::move(e.path), std::move(e.change)); });
      }
      return;
    }
    const std::string id = *known;
    if (diff.status == 'D') {
      write(id, FileDeleted{diff.path, change},
            [](File& f, FileDeleted e) { f.remove(std::move(e.path), std::move(e.change)); });
    } else if (diff.status == 'R') {
      write(id, FileRenamed{diff.old_path, diff.path, change},
            [](File& f, FileRenamed e) { f.rename(std::move(e.from), std::move(e.path), std::move(e.change)); });
    } else {
      write(id, FileChanged{diff.path, change},
            [](File& f, FileChanged e) { f.change(std::move(e.path), std::move(e.change)); });
    }
  }

  // Makes the files that are there those of the head's tree: what merges decided.
  void settle(const std::string& head, const std::vector<std::string>& tree) {
    writers_.drain();
    const std::unordered_set<std::string> in_tree{tree.begin(), tree.end()};
    for (const auto& path : tree) {
      if (paths_.at(path) != nullptr) continue;
      const std::string* last = paths_.last_at(path);
      const std::string* elsewhere = last == nullptr ? nullptr : paths_.path_of(*last);
      const bool free = last != nullptr && (elsewhere == nullptr || !in_tree.contains(*elsewhere));
      write(free ? *last : file_id(path, head), FileKeptByMerge{path, head},
            [](File& f, FileKeptByMerge e) { f.keep(std::move(e.path), std::move(e.commit)); });
    }
    for (const auto& [id, path] : paths_.present()) {
      const std::string* holder = paths_.at(path);
      if (in_tree.contains(path) && holder != nullptr && *holder == id) continue;
      write(id, FileDroppedByMerge{path, head}, [](File& f, FileDroppedByMerge e) { f.drop(std::move(e.commit)); });
    }
    writers_.drain();
  }

  [[nodiscard]] std::int64_t repeated() const { return repeated_; }
  [[nodiscard]] std::int64_t merged() const { return merged_; }

 private:
  template <class E, class Run>
  void write(const std::string& id, const E& event, Run run) {
    paths_.on(event, id);
    std::string key;
    if constexpr (requires { event.change; }) {
      key = change_key(event.change.commit, event.path);
      if (paths_.stored(key)) {
        ++repeated_;
        return;
      }
    } else {
      key = change_key("merge " + event.commit, event.path);
      ++merged_;
    }
    writers_.push({id, std::move(key), [event, run](File& file) { run(file, event); }});
  }

  Paths paths_;
  Writers writers_;
  std::int64_t repeated_ = 0;
  std::int64_t merged_ = 0;
};

// Where the last import ended in the store.
leftfold::Position last_finished(leftfold::EventStore& store) {
  leftfold::Position finished;
  leftfold::Version from;
  for (bool more = true; more;) {
    const auto page = store.read_stream(History::kId, from, 100);
    for (const auto& event : page) {
      if (event.type == leftfold::event_name<ImportFinished>()) finished = event.position;
    }
    more = !page.empty() && !page.at_end();
    if (more) from = page.back().version.next();
  }
  return finished;
}

void expect_continuation(const GitRepository& repository, const HistoryState& known, const std::string& head) {
  for (const std::string& older : {known.target, known.head}) {
    if (older.empty() || repository.continues(older, head)) continue;
    throw Error{Errc::version_conflict,
                "the store holds the history of " + known.repository + " up to " + older.substr(0, 12) + ", and " +
                    escaped(repository.top()) + " at " + head.substr(0, 12) +
                    " does not continue it (another repository or branch, or history that was rewritten): import it "
                    "into another file, with --store sqlite:FILE"};
  }
}

}  // namespace

ImportReport import_history(leftfold::EventStore& store, const GitRepository& repository, std::size_t threads,
                            const std::stop_token& stop) {
  const leftfold::Repository<History> histories{store};
  ImportReport report;
  const std::string head = repository.head();
  expect_continuation(repository, histories.load(History::kId).state(), head);
  while (report.finished && report.head != head) {  // twice when an import was cut short and the head moved on since
    histories.execute(History::kId, [&](History& h) { h.start_or_go_on(head, escaped(repository.top())); });
    const HistoryState history = histories.load(History::kId).state();
    report.head = history.target.empty() ? head : history.target;
    if (history.target.empty()) break;

    Import import{store, last_finished(store), threads};
    std::int64_t commits = 0;
    repository.log(history.head, history.target, [&](const Commit& commit) {
      if (stop.stop_requested()) return false;
      ++commits;
      report.changes += std::ssize(commit.files);
      for (const auto& diff : commit.files) import.take(commit, diff);
      return true;
    });
    report.finished = !stop.stop_requested();
    if (report.finished) {
      import.settle(history.target, repository.files(history.target));
      histories.execute(History::kId, [&](History& h) { h.finish(history.target, commits); });
    }
    report.commits += commits;
    report.repeated += import.repeated();
    report.merged += import.merged();
  }
  return report;
}

}  // namespace git_history
