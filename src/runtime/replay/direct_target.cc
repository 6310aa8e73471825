// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/direct_target.h"

#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include <leftfold/uuid.h>

#include "runtime/handler_failed.h"
#include "runtime/replay/patient.h"
#include "runtime/replay/replay_mark.h"

namespace leftfold::inline v0::runtime {
namespace {

// Not negative, and half of all are above it.
std::int64_t any_number(Clock& clock) {
  const Uuid id = Uuid::v7(clock.now());
  std::uint64_t bits = 0;
  std::memcpy(&bits, id.bytes().data() + id.bytes().size() - sizeof bits, sizeof bits);
  return static_cast<std::int64_t>(bits >> 2U);
}

}  // namespace

void settle_failure(const TargetContext& context, ProjectorTally& tally, const std::string& subscription,
                    const RecordedEvent& event, const std::exception_ptr& thrown) {
  if (context.options.on_error != OnReplayError::skip) {
    std::rethrow_exception(detail::handler_failed(subscription, event, thrown));
  }
  const std::string text = detail::failed_event(event, thrown);
  context.first_error.note(text);
  context.options.log->log(LogLevel::warn, "replay", "skips an event that the projector cannot handle",
                           {{"cause", text}});
  ++tally.skipped;
}

bool MemoryTarget::is_mine(const RecordedEvent& event) const {
  return lanes_ == 1 || std::hash<std::string_view>{}(event.aggregate_id) % lanes_ == lane_;
}

void MemoryTarget::one(const RecordedEvent& event, std::uint64_t& handled) {
  if (!context_.filter.all() && !context_.filter.wants(event)) return;
  try {
    if (entry_.table.handle(event)) ++handled;
  } catch (...) {
    settle_failure(context_, tally_, tally_.name, event, std::current_exception());
  }
}

void MemoryTarget::handle(const ReplayPage& page, const std::stop_token& halt) {
  std::uint64_t handled = 0;
  struct AtEnd {
    ProjectorTally& tally;
    std::uint64_t& handled;
    ~AtEnd() { tally.handled += handled; }
  };
  const AtEnd at_end{tally_, handled};
  for (const auto& run : page.runs) {
    for (const RecordedEvent& event : run) {
      if (!is_mine(event)) continue;
      if (context_.by_version) {
        order_.take(event, [&](const RecordedEvent& due) { one(due, handled); });
      } else {
        one(event, handled);
      }
    }
    if (halt.stop_requested()) return;
    if (lane_ == 0 && !run.empty()) tally_.done = run.back().position.value();
  }
}

PartialTarget::PartialTarget(const TargetContext& context, const detail::HandlerEntry& entry, ProjectorTally& tally)
    : context_{context},
      entry_{entry},
      tally_{tally},
      by_position_{!context.by_version && context.options.aggregates.empty()},
      order_{context},
      commits_{any_number(*context.options.clock)} {}

void PartialTarget::begin() {
  const auto transaction = entry_.read_model->begin(tally_.name);
  const std::optional<Position> checkpoint = transaction->checkpoint();
  if (!checkpoint) {
    throw Error{Errc::invalid_argument, "replay: projector " + tally_.name +
                                            " has no tables yet to put chosen events into; run it first, or replay all "
                                            "events"};
  }
  if (context_.options.resume && by_position_) {
    if (const auto done = replay_mark(*transaction, tally_.name, context_.filter)) {
      done_ = *done;
      return;
    }
  }
  begin_replay_mark(*transaction, tally_.name, context_.filter);
  transaction->commit(*checkpoint);
}

void PartialTarget::handle(const ReplayPage& page, const std::stop_token& halt) {
  std::vector<const RecordedEvent*> events;
  const auto choose = [&](const RecordedEvent& event) {
    if (context_.filter.wants(event) && entry_.table.handles(event.type)) events.push_back(&event);
  };
  for (const auto& run : page.runs) {
    for (const RecordedEvent& event : run) {
      if (by_position_ && event.position <= done_) continue;
      if (!context_.by_version) {
        choose(event);
        continue;
      }
      order_.take(event, [&](const RecordedEvent& due) {
        if (&due == &event) return choose(due);
        // Read back, and gone with its own page: handled now, after what this page brought before it.
        handle(events, halt);
        choose(due);
        handle(events, halt);
      });
    }
  }
  handle(events, halt);
  if (halt.stop_requested()) return;
  if (page.size > 0) done_ = page.runs.back().back().position;
  tally_.done = done_.value();
}

// Handles all of them and empties the list. One that fails is undone with those before it, which are handled again and
// committed without it.
void PartialTarget::handle(std::vector<const RecordedEvent*>& events, const std::stop_token& halt) {
  std::size_t first = 0;
  std::size_t end = events.size();
  while (first < events.size() && !halt.stop_requested()) {
    std::exception_ptr thrown;
    std::size_t at = first;
    std::optional<Position> tried;  // the mark of a commit whose answer may be lost
    const bool answered = patiently(context_.options, halt, "read model", [&] {
      thrown = nullptr;
      const auto transaction = entry_.read_model->begin(tally_.name);
      if (tried && replay_mark(*transaction, tally_.name, context_.filter) == tried) return;  // it was stored
      for (at = first; at < end && thrown == nullptr && (at == first || !transaction->full()); ++at) {
        try {
          (void)entry_.table.handle(*events[at]);
        } catch (const Error& error) {
          if (error.retryable()) throw;  // the read model, most likely
          thrown = std::current_exception();
        } catch (...) {
          thrown = std::current_exception();
        }
      }
      if (thrown != nullptr) return;
      tried = mark_of(*events[at - 1]);
      set_replay_mark(*transaction, tally_.name, context_.filter, *tried);
      transaction->commit(transaction->checkpoint().value_or(Position::start()));
    });
    if (!answered) return;
    if (thrown == nullptr) {
      tally_.handled += at - first;
      first = at;
      end = events.size();
      continue;
    }
    --at;  // the one that failed
    if (at > first) {
      end = at;
      continue;
    }
    settle_failure(context_, tally_, tally_.name, *events[at], thrown);
    first = at + 1;
    end = events.size();
  }
  if (!halt.stop_requested()) events.clear();
}

void PartialTarget::finish() { finish_replay_mark(*entry_.read_model, tally_.name); }

}  // namespace leftfold::inline v0::runtime
