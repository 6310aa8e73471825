// SPDX-License-Identifier: Apache-2.0
// The command store export: events as JSON lines.
#include <memory>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
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

bool write_aggregates(const Context& context, const Opened& opened, EventChoice choice,
                      const std::vector<std::string>& ids, Lines& lines) {
  for (const std::string& id : ids) {
    expect_stream(context, *opened.store, id);
    choice.stream = id;
    EventWalk walk{*opened.store, nullptr, context.signals.token()};
    const bool complete = walk.run(choice, [&](const RecordedEvent& event) {
      lines.add(event);
      return true;
    });
    if (!complete) return false;
  }
  return true;
}

/// A store without an order is read stream by stream, so that each one's events come by version.
bool write_all(const Context& context, const Opened& opened, const EventChoice& choice, Lines& lines) {
  ProgressBar bar{context};
  if (EventScan* const scan = scan_of(opened)) {
    if (choice.from != EventPlace{} || choice.to.kind != EventPlace::Kind::end) {
      throw UsageError{"--from and --to need a store with an order over all streams, or --aggregate"};
    }
    runtime::StoreWalk walk{{opened.store, scan}, context.signals.token()};
    return walk.events([&](const RecordedEvent& event) {
      if (choice.wants(event)) lines.add(event);
      constexpr std::size_t kSometimes = 256;
      if (lines.written() % kSometimes == 0) bar.show(walk.part(), std::to_string(lines.written()) + " events");
    });
  }
  EventWalk walk{*opened.store, nullptr, context.signals.token()};
  walk.on_page([&] { bar.show(walk.part(), std::to_string(lines.written()) + " events"); });
  return walk.run(choice, [&](const RecordedEvent& event) {
    lines.add(event);
    return true;
  });
}

}  // namespace

int export_events(Context& context) {
  if (context.json) throw UsageError{"store export prints JSON lines already: leave --json out"};
  const Flags& flags = context.line.flags;
  const auto chosen = flags.values.find("--aggregate");  // not as a list: an id may have commas in it
  const bool some = chosen != flags.values.end();
  const EventChoice choice = read_choice(flags, some ? chosen->second.front() : "", system_clock());
  const Opened opened = open_for_reading(context);
  Lines lines{flags.value("--file", "-")};
  const bool complete = some ? write_aggregates(context, opened, choice, chosen->second, lines)
                             : write_all(context, opened, choice, lines);
  if (!complete) {
    lines.stop();
    hint(context, "stopped after " + counted(lines.written(), "event") + "; a part is no export");
    return kSignal + context.signals.received();
  }
  lines.finish();
  hint(context, counted(lines.written(), "event") + " exported");
  if (!choice.is_everything()) hint(context, "they were chosen: this is no backup");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
