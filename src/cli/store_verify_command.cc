// SPDX-License-Identifier: Apache-2.0
// The command store verify: whether what is stored is whole.
#include <algorithm>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/event_audit.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
#include "cli/look_at_all.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kMostUnreadable = 1000;  // then the rest is not looked at: it would take a look at each position

/// Every event of a store with an order, also behind one that cannot be read. Returns false when a stop was requested.
class OrderedWalk {
 public:
  OrderedWalk(const Context& context, EventStore& store, EventAudit& audit)
      : context_{context}, store_{store}, audit_{audit}, bar_{context}, head_{store.head()} {}

  bool run() {
    for (Position after = Position::start(); after < head_;) {
      if (context_.signals.received() != 0) return false;
      bar_.show(static_cast<double>(after.value()) / static_cast<double>(head_.value()),
                std::to_string(audit_.events()) + " events looked at, " + std::to_string(audit_.found()) + " findings");
      after = page_after(after);
      if (unreadable_ >= kMostUnreadable) {
        audit_.add({{}, std::nullopt, after, "what comes behind it was not looked at: too much cannot be read"});
        return true;
      }
    }
    return true;
  }

 private:
  Position page_after(Position after) {
    try {
      return look_at(store_.read_all(after, kPage), after);
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt && error.code() != Errc::invalid_data) throw;
    }
    const Position end{std::min(head_.value(), after.value() + static_cast<std::int64_t>(kPage))};
    while (after < end && unreadable_ < kMostUnreadable) after = one_after(after);
    return after;
  }

  Position one_after(Position after) {
    try {
      return look_at(store_.read_all(after, 1), after);
    } catch (const Error& error) {
      if (error.code() != Errc::corrupt && error.code() != Errc::invalid_data) throw;
      ++unreadable_;
      audit_.add({{}, std::nullopt, after.next(), error.what()});
      return after.next();
    }
  }

  Position look_at(const EventPage& page, Position after) {
    for (const RecordedEvent& event : page) {
      if (event.position > head_) return head_;
      audit_.look_at(event);
    }
    return page.empty() ? head_ : std::max(after.next(), page.back().position);
  }

  const Context& context_;
  EventStore& store_;
  EventAudit& audit_;
  ProgressBar bar_;
  const Position head_;
  std::size_t unreadable_ = 0;
};

bool scan_all(const Context& context, const Opened& opened, EventAudit& audit) {
  EventWalk walk{*opened.store, scan_of(opened), context.signals.token()};
  ProgressBar bar{context};
  walk.on_page([&] { bar.show(walk.part(), std::to_string(walk.looked_at()) + " events looked at"); });
  walk.on_unreadable([&](const RecordedEvent& event, const std::string& why) {
    audit.add({std::string{event.aggregate_id}, event.version, {}, why});
  });
  return walk.run({}, [&](const RecordedEvent& event) {
    audit.look_at(event);
    return true;
  });
}

void add_row(Rows& rows, const Finding& each) {
  const bool placed = each.position != Position::start();
  JsonObject object;
  object.text("stream", each.stream)
      .raw("version", each.version ? std::to_string(each.version->value()) : "null")
      .raw("position", placed ? std::to_string(each.position.value()) : "null")
      .text("what", each.what);
  rows.add({each.stream.empty() ? "-" : each.stream, each.version ? std::to_string(each.version->value()) : "-",
            placed ? std::to_string(each.position.value()) : "-", each.what},
           object);
}

}  // namespace

int verify_store(Context& context) {
  const Opened opened = open_for_reading(context);
  const bool ordered = scan_of(opened) == nullptr;
  EventAudit audit{ordered};
  if (opened.own.check) {
    for (std::string& each : opened.own.check(context.signals.token()))
      audit.add({{}, std::nullopt, {}, std::move(each)});
  }
  const bool complete = ordered ? OrderedWalk{context, *opened.store, audit}.run() : scan_all(context, opened, audit);
  if (complete) audit.finish();
  const JsonObject more = JsonObject{}
                              .number("events", static_cast<std::int64_t>(audit.events()))
                              .count("streams", audit.streams())
                              .count("found", audit.found())
                              .boolean("complete", complete);
  const std::string looked_at =
      counted(audit.events(), "event") + " of " + counted(audit.streams(), "stream") + " looked at";
  Rows rows{context, "findings", {{"STREAM"}, {"VERSION", true}, {"POSITION", true}, {"WHAT"}}};
  for (const Finding& each : audit.findings()) add_row(rows, each);
  if (audit.found() > 0) {
    const std::string message = counted(audit.found(), "finding") + " in " +
                                context.program.settings.get("store").value + "; " + looked_at +
                                "; restore a backup, or see each with events show";
    rows.fail("damaged", message, more);
    throw CommandFailed{kFoundFailure, "damaged", message};
  }
  if (!complete) {  // nothing was found, but that is no pass
    const std::string message = "stopped before the end: " + looked_at;
    rows.fail("stopped", message, more);
    throw CommandFailed{kSignal + context.signals.received(), "stopped", message};
  }
  rows.finish(more);
  hint(context, looked_at + ", nothing is wrong");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
