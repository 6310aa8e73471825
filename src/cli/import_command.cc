// SPDX-License-Identifier: Apache-2.0
// The command store import: exported events into a store.
#include <optional>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"
#include "cli/store_side.h"
#include "runtime/migration/commit_gatherer.h"
#include "runtime/migration/event_line.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::string_view kStore = "--store";

/// The commit that ends with this line, if one does. Throws Error(invalid_data) that names the line.
std::optional<RecordedCommit> commit_of(std::string_view line, std::size_t number, runtime::CommitGatherer& gatherer) {
  const EventCopy event = runtime::read_event_line(line, number);
  try {
    std::optional<RecordedCommit> commit = gatherer.add(event.view());
    if (commit) (void)request_of(*commit);  // what a store would refuse is refused where the line is known
    return commit;
  } catch (const Error& error) {
    throw Error{Errc::invalid_data, "line " + std::to_string(number) + ": " + error.what()};
  }
}

/// Reads to the end, or to a stop; returns which. Throws Error that names the line.
bool read_lines(Context& context, Input& input, runtime::CommitImporter& importer) {
  ProgressBar bar{context};
  runtime::CommitGatherer gatherer;
  for (std::string_view line; input.next_line(line);) {
    if (context.signals.received() != 0) return false;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (auto commit = commit_of(line, input.lines(), gatherer)) importer.add(std::move(*commit));
    constexpr std::size_t kSometimes = 256;
    if (input.lines() % kSometimes == 0) bar.show(0, std::to_string(input.lines()) + " lines");
  }
  if (input.stopped()) return false;
  try {
    gatherer.expect_whole();
  } catch (const Error& error) {
    throw Error{error.code(), "at the end of the file: " + std::string{error.what()}};
  }
  return true;
}

}  // namespace

int import_events(Context& context) {
  const Flags& flags = context.line.flags;
  const bool dry_run = flags.count("--dry-run") > 0;
  StoreSide side = side_of(context, kStore);
  Input input{context, flags.rest.front()};
  try {
    open_side(side, context, kStore, dry_run ? SqliteOptions::Mode::read_only : SqliteOptions::Mode::read_write);
  } catch (const Error& error) {
    if (!dry_run || error.code() != Errc::not_found) throw;
  }
  runtime::ImportTarget target = side.writing();
  if (dry_run) target.import = nullptr;
  runtime::CommitImporter importer{target};
  const bool complete = read_lines(context, input, importer);
  importer.finish();
  const runtime::ImportCounts& counts = importer.counts();
  Rows rows{context, "imports", {{"LINES", true}, {dry_run ? "TO IMPORT" : "IMPORTED", true}, {"THERE BEFORE", true}}};
  JsonObject object;
  object.boolean("dry_run", dry_run)
      .boolean("complete", complete)
      .count("lines", input.lines())
      .number("imported", static_cast<std::int64_t>(counts.events))
      .number("there_before", static_cast<std::int64_t>(counts.events_before));
  rows.add({std::to_string(input.lines()), std::to_string(counts.events), std::to_string(counts.events_before)},
           object);
  rows.finish();
  if (complete) return kSuccess;
  hint(context, "stopped; the same command goes on from here");
  return kSignal + context.signals.received();
}

}  // namespace leftfold::inline v0::cli
