// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/event_scan.h>
#include <leftfold/published_store.h>

#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/numbers.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"
#include "cli/store_check.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPageEvents = 1000;

/// Every event of a store, in its order where it has one.
class Walk {
 public:
  Walk(Context& context, std::size_t limit, StoreCheck& check)
      : context_{context}, limit_{limit}, check_{check}, bar_{context} {}

  /// Returns whether it came to the end, or to the limit.
  bool run(const Opened& opened) {
    const PublishedStore ports = opened.own.published ? opened.own.published("check") : PublishedStore{};
    return ports.scan != nullptr ? scan(*ports.scan) : read(*opened.store);
  }

 private:
  [[nodiscard]] bool full() const { return check_.events() >= limit_; }
  [[nodiscard]] bool stopped() const { return context_.signals.received() != 0; }

  void show(double done, double all) {
    if (limit_ != kNoLimit) all = std::min(all, static_cast<double>(limit_));
    bar_.show(all > 0 ? std::min(1.0, done / all) : 0, std::to_string(check_.events()) + " events looked at, " +
                                                           std::to_string(check_.failed()) + " unreadable");
  }

  bool read(EventStore& store) {
    const auto head = static_cast<double>(store.head().value());
    for (Position after = Position::start();;) {
      const EventPage page = store.read_all(after, std::min(kPageEvents, limit_ - check_.events()));
      for (const RecordedEvent& event : page) check_.look_at(event);
      if (page.at_end() || page.empty() || full()) return true;
      after = page.back().position;
      show(static_cast<double>(after.value()), head);
      if (stopped()) return false;
    }
  }

  bool scan(EventScan& events) {
    const auto size = static_cast<double>(events.rough_size());
    ScanPlace place;
    for (;;) {
      const ScanPage page = events.scan(place);
      for (std::size_t i = 0; i < page.events.size() && !full(); ++i) {
        const auto bad = std::find_if(page.unreadable.begin(), page.unreadable.end(),
                                      [i](const UnreadableEvent& each) { return each.place == i; });
        if (bad == page.unreadable.end()) check_.look_at(page.events[i]);
        else check_.unreadable(page.events[i], bad->why);
      }
      if (page.next.empty() || full()) return true;
      place.after = page.next;
      show(static_cast<double>(check_.events()), size);
      if (stopped()) return false;
    }
  }

  Context& context_;
  std::size_t limit_;
  StoreCheck& check_;
  ProgressBar bar_;
};

std::string failures_json(const StoreCheck& check) {
  std::string text = "[";
  for (const auto& [key, group] : check.groups()) {
    for (const CheckFailure& each : group.first) {
      JsonObject object;
      object.text("event_id", each.event_id)
          .text("aggregate_id", each.aggregate_id)
          .number("version", each.version)
          .text("type", each.type)
          .text("reader", each.reader)
          .text("why", each.why);
      text += (text.size() == 1 ? "\n" : ",\n") + object.str();
    }
  }
  return text += "]";
}

/// Lines that are never cut: the reason stands at their end.
std::string failure_lines(const StoreCheck& check) {
  std::string text;
  for (const auto& [key, group] : check.groups()) {
    for (const CheckFailure& each : group.first) {
      text += printable(each.event_id + "  " + each.reader + ": " + each.why) + "\n";
    }
    if (group.failed > group.first.size()) {
      text += "and " + std::to_string(group.failed - group.first.size()) + " more of " + printable(key.first) +
              " version " + std::to_string(key.second) + "\n";
    }
  }
  return text.empty() ? text : "\n" + text;
}

void add_rows(Rows& rows, const StoreCheck& check) {
  for (const auto& [key, group] : check.groups()) {
    JsonObject object;
    object.text("type", key.first)
        .number("schema_version", key.second)
        .count("events", group.events)
        .text("reads_as", group.reads_as)
        .count("failed", group.failed);
    rows.add({key.first, std::to_string(key.second), std::to_string(group.events), group.reads_as,
              std::to_string(group.failed)},
             object);
  }
}

}  // namespace

int check_store(Context& context) {
  const App& app = own_app(context);
  const std::size_t limit = limit_of(context.line.flags);
  const bool strict = context.line.flags.count("--strict") > 0;
  StoreCheck check{app};
  const Opened opened = open_for_reading(context);
  const bool complete = Walk{context, limit, check}.run(opened);

  std::string message;
  if (check.failed() > 0) message = counted(check.failed(), "event") + " cannot be read by this program";
  if (strict && check.unknown() > 0) {
    message += (message.empty() ? "" : ", ") + counted(check.unknown(), "event") + " of types it does not know";
  }
  const JsonObject more = JsonObject{}
                              .count("looked_at", check.events())
                              .count("failed", check.failed())
                              .count("unknown", check.unknown())
                              .boolean("complete", complete)
                              .raw("failures", failures_json(check));
  {
    Rows rows{context, "types", {{"TYPE"}, {"VERSION", true}, {"EVENTS", true}, {"READ AS"}, {"FAILED", true}}};
    add_rows(rows, check);
    if (message.empty()) rows.finish(more);
    else rows.fail("unreadable", message, more);
  }
  if (!context.json) {
    Output out;
    out.write(failure_lines(check));
    out.flush();
  }
  if (!message.empty()) throw CommandFailed{kFoundFailure, "unreadable", message};
  if (!complete) {
    hint(context, "stopped after " + counted(check.events(), "event"));
    return kSignal + context.signals.received();
  }
  hint(context,
       counted(check.events(), "event") + " looked at, this program reads " +
           (check.unknown() == 0 ? "all of them"
                                 : "all but " + std::to_string(check.unknown()) + " of types it does not know"));
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
