// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/event_query.h"
#include "cli/exit_code.h"

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
  [[nodiscard]] bool stopped() const { return context_.signals.received() != 0; }
  [[nodiscard]] bool full() const { return printer_.printed() >= query_.limit; }

  int read() {
    if (query_.stream.empty()) {
      if (!query_.from_end) read_all(before(query_.from));
    } else {
      expect_stream();
      if (!query_.from_end) read_stream();
    }
    if (stopped()) {  // what was printed is a part: no end for the JSON document, and no success
      printer_.flush();
      return kSignal + context_.signals.received();
    }
    printer_.flush();
    if (query_.form == EventForm::table) hint_what_next();
    return kSuccess;
  }

  int follow() {
    const Position head = reading_.store->head();
    if (!query_.stream.empty()) {
      if (!query_.from_end) read_stream();
      follow_after(head);
    } else {
      follow_after(query_.from_end ? head : before(query_.from));
    }
    return kSuccess;  // a signal is how following ends
  }

  /// The position that reading continues after, to begin at `from`.
  static Position before(std::int64_t from) { return Position{std::max<std::int64_t>(from - 1, 0)}; }

  void expect_stream() {
    if (!reading_.store->read_stream(query_.stream, Version{0}, 1).empty()) return;
    const Setting& store = context_.program.settings.get("store");
    throw Error{Errc::not_found, "stream \"" + query_.stream + "\" has no events in " + store.value +
                                     "; see what is there: " + context_.program.name + " events read --all --limit 20"};
  }

  template <class Next>
  void read_pages(Next next_page) {
    for (bool more = true; more && !full() && !stopped();) {
      const EventPage page = next_page();
      for (const RecordedEvent& event : page) offer(event);
      if (query_.form == EventForm::table) printer_.flush();
      more = !page.at_end() && !page.empty();
    }
  }

  void read_all(Position after) {
    read_pages([&] {
      EventPage page = reading_.store->read_all(after, kPageEvents);
      if (!page.empty()) after = page.back().position;
      return page;
    });
  }

  void read_stream() {
    Version from{query_.from};
    read_pages([&] {
      EventPage page = reading_.store->read_stream(query_.stream, from, kPageEvents);
      if (!page.empty()) from = page.back().version.next();
      return page;
    });
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
      for (const RecordedEvent& event : taken.events) offer(event);
      printer_.flush();
      out_.expect_reader();
    }
  }

  void offer(const RecordedEvent& event) {
    if (!query_.wants(event)) return;
    if (!query_.stream.empty()) {
      if (event.version.value() < query_.from || event.version <= last_version_) return;  // read before, or not yet due
    }
    if (full()) {
      cut_off_ = true;
      return;
    }
    printer_.print(event);
    last_version_ = event.version;
    next_ = query_.stream.empty() ? event.position.value() + 1 : event.version.value() + 1;
  }

  void hint_what_next() {
    if (printer_.printed() == 0) {
      hint(context_, "no event matches");
    } else if (cut_off_) {
      const std::string what = query_.stream.empty() ? "--all" : query_.stream;
      hint(context_, "more: " + context_.program.name + " events read " + what + " --from " + std::to_string(next_));
    }
  }

  Context& context_;
  const EventQuery& query_;
  Opened reading_;
  Output& out_;
  EventPrinter printer_;
  Version last_version_;
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
