// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "base/joined.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/replay_flags.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

using What = ReplayCommand::What;

constexpr std::chrono::milliseconds kLook{100};
constexpr std::size_t kDifferences = 10;  // of each projector that are shown

std::string text_of(const ReplayProgress& progress) {
  std::uint64_t errors = 0;
  for (const ReplayProgress::Projector& each : progress.projectors) errors += each.skipped + each.parked;
  std::string text = std::to_string(progress.looked_at);
  if (progress.expected > 0) text += " of " + std::to_string(progress.expected);
  text += " events";
  if (errors > 0) text += ", " + std::to_string(errors) + " not handled";
  return text;
}

/// Runs it and shows how far it is.
ReplayProgress run(Context& context, Replay& replay) {
  ProgressBar bar{context};
  std::future<ReplayProgress> running =
      std::async(std::launch::async, [&] { return replay.run(context.signals.token()); });
  while (running.wait_for(kLook) != std::future_status::ready) {
    const ReplayProgress now = replay.progress();
    bar.show(now.part(), text_of(now));
  }
  ReplayProgress done = running.get();
  bar.show(done.part(), text_of(done));
  return done;
}

int count(Context& context, ReplayCommand& command) {
  const auto replay = context.program.app->replay(command.projectors, command.options, command.from);
  const ReplayProgress done = run(context, *replay);
  if (!done.complete) return kSignal + context.signals.received();
  std::map<std::string, HandlerInfo> infos;
  for (HandlerInfo& each : context.program.app->handlers()) infos.emplace(each.name, each);
  Rows rows{context, "counts", {{"EVENT"}, {"EVENTS", true}, {"PROJECTORS"}}};
  for (const ReplayProgress::Type& type : done.types) {
    std::vector<std::string> receivers;
    for (const std::string& name : command.projectors) {
      const HandlerInfo& info = infos.at(name);
      const EventInfo* const event = info.catalog.find(type.type);  // may be stored under a former name
      for (const std::string_view handled : info.handled) {
        if (handled == (event != nullptr ? event->name : type.type)) receivers.push_back(name);
      }
    }
    JsonObject object;
    object.text("event", type.type).count("events", type.events).text("projectors", base::joined(receivers));
    rows.add({type.type, std::to_string(type.events), receivers.empty() ? "-" : base::joined(receivers)}, object);
  }
  rows.finish();
  for (const ReplayProgress::Projector& each : done.projectors) {
    hint(context, each.name + " would handle " + counted(each.handled, "event") +
                      (each.whole ? ", after its tables were made empty" : ", on top of what its tables hold"));
  }
  hint(context, "dry run: nothing was changed");
  return kSuccess;
}

/// What is about to happen, with the number of events that are looked at.
std::string announcement(const ReplayCommand& command, EventStore& store) {
  std::string events = "the stored events";
  if (command.from == ReplayFrom::broker) {
    events = "the broker's events";
  } else {
    try {
      const std::int64_t head = store.head().value();
      const std::int64_t to =
          command.options.to == Position::start() ? head : std::min(head, command.options.to.value());
      const std::int64_t first = std::max<std::int64_t>(1, command.options.from.value());
      events = "up to " + counted(static_cast<std::size_t>(std::max<std::int64_t>(0, to - first + 1)), "event");
    } catch (const Error& error) {
      if (error.code() != Errc::unsupported) throw;  // a store without an order says no number
    }
  }
  const std::string names = base::joined(command.projectors);
  if (command.what == What::swap) {
    return "builds the tables of " + names + " anew from " + events + ", beside those in use, and swaps them in";
  }
  return "replays " + events + " through " + names +
         " in place: from the first event on its tables are made empty first, chosen events come on top of what they "
         "hold";
}

void add_row(Rows& rows, const ReplayProgress::Projector& projector, const ShadowComparison* compared,
             std::string_view result) {
  JsonObject object;
  object.text("name", projector.name)
      .count("handled", projector.handled)
      .count("skipped", projector.skipped)
      .count("parked", projector.parked)
      .number("position", projector.done.value());
  if (compared != nullptr && compared->at) {
    std::string list = "[";
    for (const TableDifference& each : compared->found.first) {
      if (list.size() > 1) list += ",";
      list += JsonObject{}
                  .text("table", each.table)
                  .text("key", each.key)
                  .text("in_use", each.live)
                  .text("rebuilt", each.shadow)
                  .str();
    }
    object.count("rows", compared->found.rows).count("different", compared->found.different);
    object.number("compared_at", compared->at->value()).raw("differences", list + "]");
  }
  object.text("result", result);
  const bool known = compared != nullptr && compared->at;
  rows.add({projector.name, std::to_string(projector.handled), std::to_string(projector.skipped),
            std::to_string(projector.parked), known ? std::to_string(compared->found.rows) : "-",
            known ? std::to_string(compared->found.different) : "-", std::string{result}},
           object);
}

void show_differences(const Context& context, const ShadowComparison& compared) {
  if (!compared.at) {
    hint(context, compared.projector + ": there are no tables in use to compare with");
    return;
  }
  for (const TableDifference& each : compared.found.first) {
    const auto side = [](const std::string& row) { return row.empty() ? std::string{"no row"} : row; };
    hint(context, compared.projector + ": " + each.table + " " + each.key + ": in use " + side(each.live) +
                      "; rebuilt " + side(each.shadow));
  }
  if (compared.found.different > compared.found.first.size()) {
    hint(context, compared.projector + ": and " +
                      std::to_string(compared.found.different - compared.found.first.size()) + " more");
  }
}

int finish(Context& context, const ReplayCommand& command, Replay& replay, const ReplayProgress& done) {
  std::vector<ShadowComparison> compared;
  if (command.options.into == ReplayInto::shadow && done.complete) {
    try {
      compared = replay.compare(kDifferences, context.signals.token());
    } catch (const Error& error) {
      if (error.code() != Errc::invalid_argument || command.what == What::verify) throw;  // a source without an order
    }
    for (const ShadowComparison& each : compared) show_differences(context, each);
    if (command.what == What::swap) replay.swap(context.signals.token());
    if (command.what == What::verify) replay.discard();
  }
  Rows rows{context,
            "projectors",
            {{"PROJECTOR"},
             {"HANDLED", true},
             {"SKIPPED", true},
             {"PARKED", true},
             {"ROWS", true},
             {"DIFFERENT", true},
             {"RESULT"}}};
  std::vector<std::string> drifted;
  for (std::size_t i = 0; i < done.projectors.size(); ++i) {
    const ShadowComparison* const one = i < compared.size() ? &compared[i] : nullptr;
    const bool different = one != nullptr && one->found.different > 0;
    std::string_view result = command.what == What::swap ? "swapped in" : "replayed in place";
    if (command.what == What::verify) result = different ? "differs" : "the same";
    if (command.what == What::verify && (one == nullptr || !one->at)) result = "nothing to compare with";
    if (!done.complete) result = "stopped";
    if (command.what == What::verify && different) drifted.push_back(done.projectors[i].name);
    add_row(rows, done.projectors[i], one, result);
  }
  if (!drifted.empty()) {
    const std::string message = "the tables in use are not what the events make: " + base::joined(drifted);
    rows.fail("drift", message);
    throw CommandFailed{kFoundFailure, "drift", message};
  }
  rows.finish();
  if (!done.first_error.empty()) hint(context, "the first that was not handled: " + done.first_error);
  if (!done.complete) {
    hint(context, "stopped; the same command with --resume goes on here");
    return kSignal + context.signals.received();
  }
  if (command.what == What::swap) {
    hint(context, "the tables before are kept: " + context.program.name + " replay " +
                      base::joined(command.projectors) + " --rollback");
  }
  return kSuccess;
}

/// A comparison needs tables that are at the same place; said before anything is built.
void check_verify(const ReplayCommand& command, App& app) {
  if (command.what != What::verify) return;
  if (command.from != ReplayFrom::broker && app.stored_events().scan() == nullptr) return;
  throw Error{Errc::unsupported, "--verify compares tables at one place in the order of all events, which " +
                                     std::string{command.from == ReplayFrom::broker ? "a broker" : "this store"} +
                                     " does not have: replay without it builds the tables anew and swaps them in"};
}

int roll_back(Context& context, const ReplayCommand& command) {
  if (!confirmed(context, "the tables of " + base::joined(command.projectors) +
                              " that the last replay replaced take their place again")) {
    return kSuccess;
  }
  Rows rows{context, "projectors", {{"PROJECTOR"}, {"POSITION", true}}};
  for (const std::string& name : command.projectors) {
    const Position position = context.program.app->restore_kept(name);
    JsonObject object;
    object.text("name", name).number("position", position.value());
    rows.add({name, std::to_string(position.value())}, object);
  }
  rows.finish();
  hint(context, "a running service handles what came since by itself, else the next run does");
  return kSuccess;
}

}  // namespace

int replay_projectors(Context& context) {
  ReplayCommand command = read_replay_command(context);
  App& app = *context.program.app;
  if (command.what == What::rollback) return roll_back(context, command);
  const std::unique_ptr<Logger> log = looking_log(context.program.settings);
  command.options.log = log.get();
  check_verify(command, app);
  if (command.options.dry_run) return count(context, command);
  const auto replay = app.replay(command.projectors, command.options, command.from);
  if (command.what != What::verify && !confirmed(context, announcement(command, app.store()))) return kSuccess;
  const ReplayProgress done = run(context, *replay);
  return finish(context, command, *replay, done);
}

}  // namespace leftfold::inline v0::cli
