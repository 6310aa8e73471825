// SPDX-License-Identifier: Apache-2.0
// The commands events read, events search and tail.
#include <algorithm>
#include <chrono>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/event_query.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPageEvents = 1000;
// `tail | head` ends within this after `head` has, also when no event comes that would meet the closed pipe.
constexpr std::chrono::milliseconds kLookForReader{500};

/// Reads what is stored, then follows what comes, until the limit or the stop.
class EventReading {
 public:
  EventReading(Context& context, const EventQuery& query, Output& out)
      : context_{context},
        query_{query},
        reading_{open_for_reading(context)},
        out_{out},
        printer_{query.form, out, context.out} {}

  int run() {
    try {
      const int code = query_.follow ? follow() : read();
      if (code == kSuccess) printer_.finish();
      return code;
    } catch (const Error& error) {
      printer_.fail(code_of(error), error.what());
      context_.envelope_written = query_.form == EventForm::json;
      throw;
    }
  }

 private:
  [[nodiscard]] bool full() const { return printer_.printed() >= query_.limit; }
  [[nodiscard]] const std::string& stream() const { return query_.choice.stream; }

  int read() {
    if (!stream().empty()) expect_stream(context_, *reading_.store, stream());
    const bool search = context_.line.verb == "events search";  // the one that does without an order
    if (!search && stream().empty() && scan_of(reading_) != nullptr) {
      throw Error{Errc::unsupported, context_.program.settings.get("store").value +
                                         " has no order over all streams: name one, or see " + context_.program.name +
                                         " events search"};
    }
    EventWalk walk{*reading_.store, search ? scan_of(reading_) : nullptr, context_.signals.token()};
    walk.on_page([this] {
      if (query_.form == EventForm::table) printer_.flush();
    });
    const bool complete = walk.run(query_.choice, [this](const RecordedEvent& event) { return offer(event); });
    printer_.flush();
    if (!complete) return kSignal + context_.signals.received();  // a part: no end for the document, and no success
    if (walk.unreadable() > 0) {
      hint(context_,
           counted(walk.unreadable(), "event") + " cannot be read; see " + context_.program.name + " store verify");
    }
    if (query_.form == EventForm::table) hint_what_next();
    return kSuccess;
  }

  int follow() {
    const Position head = reading_.store->head();
    if (stream().empty()) {
      follow_after(Position{query_.choice.from.begin(1, head.value()) - 1});
      return kSuccess;  // a signal is how following ends
    }
    const Version last = last_version(*reading_.store, stream());
    follow_from_ = query_.choice.from.begin(0, last.value());
    EventWalk walk{*reading_.store, nullptr, context_.signals.token()};
    if (walk.run(query_.choice, [this](const RecordedEvent& event) { return offer(event); })) follow_after(head);
    return kSuccess;
  }

  /// Follows the store's own feed, which wakes up for every append and keeps no checkpoint for us.
  void follow_after(Position after) {
    const auto subscription = reading_.feed->subscribe({"cli.tail", SubscriptionKind::local, StartFrom::beginning});
    printer_.flush();
    if (context_.err.is_terminal) {
      hint(context_, "waiting for events in " + context_.program.settings.get("store").value + "; Ctrl-C ends");
    }
    const std::stop_token stop = context_.signals.token();
    bool assigned = false;
    while (!full() && !stop.stop_requested()) {
      const Instant look = system_clock().instant() + kLookForReader;
      const Taken taken = subscription->take(assigned ? kPageEvents : 0, stop, look);
      for (const Assignment& assignment : taken.assigned) {
        subscription->seek(assignment.partition, assignment.epoch, after);
        assigned = true;
      }
      for (const RecordedEvent& event : taken.events) {
        if (is_due(event) && query_.choice.wants(event)) (void)offer(event);
      }
      printer_.flush();
      out_.expect_reader();
    }
  }

  /// Of one stream what was not read before it was followed.
  [[nodiscard]] bool is_due(const RecordedEvent& event) const {
    if (stream().empty()) return true;
    return event.aggregate_id == stream() && event.version.value() >= follow_from_ && event.version > last_version_;
  }

  bool offer(const RecordedEvent& event) {
    if (full()) {
      cut_off_ = true;
      return false;
    }
    printer_.print(event);
    last_version_ = event.version;
    next_ = (stream().empty() ? event.position.value() : event.version.value()) + (query_.choice.reverse ? -1 : 1);
    return true;
  }

  void hint_what_next() {
    if (printer_.printed() == 0) {
      hint(context_, "no event matches");
    } else if (cut_off_ && context_.line.verb == "events read") {
      hint(context_, "more: " + context_.program.name + " events read " + (stream().empty() ? "--all" : stream()) +
                         (query_.choice.reverse ? " --reverse --to " : " --from ") + std::to_string(next_));
    } else if (cut_off_) {
      hint(context_, "there are more: choose another --limit");
    }
  }

  Context& context_;
  const EventQuery& query_;
  Opened reading_;
  Output& out_;
  EventPrinter printer_;
  Version last_version_;
  std::int64_t follow_from_ = 0;
  std::int64_t next_ = 0;
  bool cut_off_ = false;  // the limit left a matching event out
};

}  // namespace

int read_events(Context& context) {
  const EventQuery query = read_query(context);
  Output out;
  EventReading reading{context, query, out};
  return reading.run();
}

}  // namespace leftfold::inline v0::cli
