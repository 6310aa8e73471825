// SPDX-License-Identifier: Apache-2.0
// The command store export: events as JSON lines.
#include <functional>
#include <memory>
#include <string>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/whole_file.h"
#include "runtime/migration/event_line.h"
#include "runtime/migration/store_walk.h"

namespace leftfold::inline v0::cli {
namespace {

/// Writes lines to stdout or into a file that is there once it is whole. One thread at a time.
class Lines {
 public:
  explicit Lines(const std::string& file) {
    if (file == "-") out_ = std::make_unique<Output>();
    else file_ = std::make_unique<WholeFile>(file, "exported events", "--file");
  }
  void add(const RecordedEvent& event) {
    line_.clear();
    runtime::append_event_line(line_, event);
    if (out_) out_->write(line_);
    else file_->write(line_);
    ++written_;
  }
  /// What stdout has got so far is written, a file is not there.
  void stop() {
    if (out_) out_->flush();
  }
  void finish() {
    if (out_) out_->flush();
    else file_->finish();
  }
  [[nodiscard]] std::size_t written() const noexcept { return written_; }

 private:
  std::unique_ptr<Output> out_;
  std::unique_ptr<WholeFile> file_;
  std::string line_;
  std::size_t written_ = 0;
};

bool write_aggregates(const Context& context, const runtime::StoreWalk& walk, const std::vector<std::string>& ids,
                      Lines& lines) {
  for (const std::string& id : ids) {
    const std::size_t before = lines.written();
    if (!walk.stream(id, [&](const RecordedEvent& event) { lines.add(event); })) return false;
    if (lines.written() == before) {
      throw Error{Errc::not_found,
                  "aggregate \"" + id + "\" has no events in " + context.program.settings.get("store").value};
    }
  }
  return true;
}

}  // namespace

int export_events(Context& context) {
  if (context.json) throw UsageError{"store export prints JSON lines already: leave --json out"};
  const Flags& flags = context.line.flags;
  const Opened opened = open_for_reading(context);
  const PublishedStore ports = opened.own.published ? opened.own.published("export") : PublishedStore{};
  runtime::StoreWalk walk{{opened.store, ports.scan}, context.signals.token()};
  Lines lines{flags.value("--file", "-")};
  const auto chosen = flags.values.find("--aggregate");  // not as a list: an id may have commas in it
  bool complete = false;
  if (chosen != flags.values.end()) {
    complete = write_aggregates(context, walk, chosen->second, lines);
  } else {
    ProgressBar bar{context};
    complete = walk.events([&](const RecordedEvent& event) {
      constexpr std::size_t kSometimes = 256;
      lines.add(event);
      if (lines.written() % kSometimes == 0) bar.show(walk.part(), std::to_string(lines.written()) + " events");
    });
  }
  if (!complete) {
    lines.stop();
    hint(context, "stopped after " + counted(lines.written(), "event") + "; a part is no export");
    return kSignal + context.signals.received();
  }
  lines.finish();
  hint(context, counted(lines.written(), "event") + " exported");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
