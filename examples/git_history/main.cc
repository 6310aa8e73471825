// SPDX-License-Identifier: Apache-2.0
// The history of a git repository as events: one aggregate a file, tables of hot files and authors.
// `git_history import [PATH]` reads it; `git_history --help` shows the rest.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/leftfold.h>

#include "git_history/authors.h"
#include "git_history/file.h"
#include "git_history/git_log.h"
#include "git_history/history.h"
#include "git_history/hot_files.h"
#include "git_history/importer.h"
#include "support/options.h"
#include "support/report.h"
#include "support/store_file.h"

namespace git_history {
namespace {

using examples::number;

struct FileRow {
  std::string path;
  std::int64_t changes = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
};
struct AuthorRow {
  std::string author;
  std::int64_t changes = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
};

void print_tables(leftfold::SqliteReadModel& db) {
  examples::Table files{{">changes", ">added", ">removed", "file"}};
  for (const auto& row : db.query<FileRow>("SELECT iif(present, path, path || ' (gone)'), changes, added, removed FROM "
                                           "hot_files ORDER BY changes DESC, added + removed DESC, path LIMIT 10")) {
    files.add({number(row.changes), number(row.added), number(row.removed), row.path});
  }
  std::cout << "\nFiles changed most often\n";
  files.print(std::cout);

  examples::Table authors{{">changes", ">added", ">removed", "author"}};
  for (const auto& row : db.query<AuthorRow>("SELECT author, changes, added, removed FROM authors ORDER BY changes "
                                             "DESC, added + removed DESC, author LIMIT 10")) {
    authors.add({number(row.changes), number(row.added), number(row.removed), row.author});
  }
  std::cout << "\nAuthors (a change is one file in one commit)\n";
  authors.print(std::cout);
}

// Compares the table with the head's tree. Returns whether they agree, and says so.
bool verify(leftfold::SqliteReadModel& db, const GitRepository& repository, const std::string& head) {
  const auto in_git = std::ssize(repository.files(head));
  const std::int64_t in_table = db.query<std::int64_t>("SELECT count(*) FROM hot_files WHERE present").at(0);
  const auto known = db.query<std::int64_t>("SELECT count(*) FROM hot_files").at(0);
  const bool right = in_git == in_table;
  std::cout << "\n"
            << (right ? "Verified: " : "WRONG: ") << number(in_table) << " of " << number(known)
            << " files are there; git counts " << number(in_git) << " at " << head.substr(0, 12) << ".\n";
  return right;
}

void print_where(leftfold::App& app) {
  const auto file = examples::store_file(app);
  const std::string sqlite = "  sqlite3 " + examples::quoted(file.string()) + " ";
  std::cout << "\nThe history is one file: " << file.string() << " (" << examples::bytes(examples::size_on_disk(file))
            << ")\n"
            << sqlite << "'SELECT path, changes FROM hot_files WHERE present ORDER BY changes DESC LIMIT 5'\n"
            << sqlite << "'SELECT type, count(*) FROM events GROUP BY type'\n";
  for (const auto& id :
       app.read_model().query<std::string>("SELECT file FROM hot_files ORDER BY changes DESC LIMIT 1")) {
    std::cout << "  git_history --store sqlite:" << examples::quoted(file.string()) << " events read "
              << examples::quoted(id) << "\n";
  }
}

int import(leftfold::App& app, std::span<const std::string> arguments, const std::stop_token& stop) {
  const examples::Options options{arguments, {"threads"}};
  if (options.words().size() > 1) {
    throw leftfold::Error{leftfold::Errc::invalid_argument,
                          "import takes one path, not " + std::to_string(options.words().size())};
  }
  app.settings().set("log_level", "warn", "program");  // unless a flag or a variable says otherwise
  const GitRepository repository{options.words().empty() ? "." : options.words().front()};
  std::cout << "Reading " << repository.top() << " at " << repository.head().substr(0, 12)
            << (repository.is_shallow() ? " (a shallow clone: its first commit holds all that came before)" : "")
            << std::endl;
  (void)examples::store_file(app);  // fails early with a store that is not a file

  leftfold::Running handlers = app.start();
  leftfold::Clock& clock = leftfold::system_clock();
  const auto began = clock.instant();
  const ImportReport report = import_history(app.store(), repository, options.count("threads", 16, 256), stop);
  const auto written = clock.instant();
  const leftfold::Position last = app.store().head();
  const bool handled = app.runner().wait_until_handled(last, stop, leftfold::kNever);
  const auto done = clock.instant();
  handlers.finish();
  if (!report.finished || !handled) {
    std::cout << "Stopped. Run it again: it goes on from here.\n";
    return 0;
  }

  std::vector<std::pair<std::string, std::string>> facts{
      {"commits", number(report.commits) + " new"},
      {"changes", number(report.changes) + " in " + examples::seconds(written - began) + ": " +
                      examples::rate(report.changes, written - began)}};
  if (report.repeated > 0) {
    facts.emplace_back("of these", number(report.repeated) + " stored before, by an import that was cut short");
  }
  if (report.merged > 0) facts.emplace_back("merges", "kept or dropped " + number(report.merged) + " files");
  facts.emplace_back("events", number(last.value()) + " in the store");
  facts.emplace_back("handled", examples::seconds(done - written) + " after the last change, by every projector");
  examples::print_facts(std::cout, facts);
  print_tables(app.read_model());
  const bool right = verify(app.read_model(), repository, report.head);
  print_where(app);
  return right ? 0 : 1;
}

}  // namespace
}  // namespace git_history

int main(int argc, char** argv) {
  leftfold::App app{"git_history"};
  app.aggregate<git_history::File>();
  app.aggregate<git_history::History>();
  app.projector<git_history::HotFiles>(app.read_model());
  app.projector<git_history::Authors>(app.read_model());
  app.command(
      "import", "[PATH] [--threads 16]: read the history of the git repository at PATH (default: here)",
      [](leftfold::App& a, auto arguments, const auto& stop) { return git_history::import(a, arguments, stop); });
  return leftfold::cli::run(argc, argv, app);
}
