// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_flags.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "app/nearest.h"
#include "cli/event_place.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {
namespace {

using What = ReplayCommand::What;

constexpr std::int64_t kMostThreads = 1'000;
constexpr std::int64_t kMostBatch = 65'536;

std::optional<Timestamp> time_of(const Flags& flags, std::string_view name) {
  if (flags.count(name) == 0) return std::nullopt;
  return read_time(name, flags.value(name), system_clock().now());
}

/// Places as positions: from the first event of the range to its last one; start() is no limit.
void set_places(const Context& context, ReplayOptions& options) {
  const Flags& flags = context.line.flags;
  const EventPlace from = read_place("--from", flags.value("--from", "start"), "a position");
  const EventPlace to = read_place("--to", flags.value("--to", "end"), "a position");
  const bool count_back = from.needs_end() || to.kind == EventPlace::Kind::before_last;
  if (count_back && flags.count("--from-broker") > 0) {
    throw UsageError{"--from-broker: --from and --to are start, end, a position or +N; -N counts from a store's end"};
  }
  const std::int64_t last = count_back ? context.program.app->store().head().value() : INT64_MAX - 1;
  const std::int64_t first = from.begin(1, last);
  const std::int64_t end = to.finish(1, last);
  if (first > end) throw UsageError{"--from is behind --to, or behind the last event: there is nothing to replay"};
  if (from.kind != EventPlace::Kind::start) options.from = Position{first};
  if (to.kind != EventPlace::Kind::end) options.to = Position{end};
}

OnReplayError on_error_of(const Flags& flags) {
  const std::string text = flags.value("--on-error", "stop");
  if (text == "stop") return OnReplayError::stop;
  if (text == "skip") return OnReplayError::skip;
  if (text == "park") return OnReplayError::park;
  refuse_value("--on-error", text, "stop, skip or park");
}

What what_of(const Flags& flags, bool shadow_fits) {
  const bool verify = flags.count("--verify") > 0;
  const bool rollback = flags.count("--rollback") > 0;
  if (verify && rollback) throw UsageError{"--verify and --rollback are two commands: use one of them"};
  if (rollback) return What::rollback;
  const std::string into = flags.value("--into", verify || shadow_fits ? "shadow" : "in-place");
  if (into != "shadow" && into != "in-place") refuse_value("--into", into, "shadow or in-place");
  if (verify && into != "shadow") throw UsageError{"--verify compares with a shadow: leave --into away"};
  if (verify) return What::verify;
  return into == "shadow" ? What::swap : What::in_place;
}

/// The projectors that were named, or all whose tables outlive the program.
std::vector<HandlerInfo> chosen_projectors(const Context& context) {
  const std::vector<HandlerInfo> all = context.program.app->handlers();
  std::vector<HandlerInfo> chosen;
  std::vector<std::string_view> names;
  for (const HandlerInfo& each : all) names.push_back(each.name);
  for (const std::string& word : context.line.flags.rest) {
    const auto at = std::find(names.begin(), names.end(), word);
    if (at == names.end()) {
      throw Error{Errc::not_found, context.program.name + " has no projector \"" + word + "\"" +
                                       app::did_you_mean(word, names) + "; see " + context.program.name + " handlers"};
    }
    const HandlerInfo& found = all[static_cast<std::size_t>(at - names.begin())];
    if (!found.is_projector) {
      throw UsageError{word + " is a listener: what it does to the world would happen again, so it is never replayed"};
    }
    chosen.push_back(found);
  }
  if (context.line.flags.rest.empty()) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [](const HandlerInfo& each) { return each.exactly_once; });
  }
  if (chosen.empty()) {
    throw UsageError{context.program.name +
                     " has no projector with a read model, and tables in memory are made anew at each start; name a "
                     "projector to see whether it handles every event"};
  }
  return chosen;
}

}  // namespace

ReplayCommand read_replay_command(const Context& context) {
  const Flags& flags = context.line.flags;
  (void)own_app(context);
  ReplayCommand command;
  ReplayOptions& options = command.options;
  options.types = flags.list("--event");
  options.aggregates = flags.list("--aggregate");
  set_places(context, options);
  options.since = time_of(flags, "--since");
  options.until = time_of(flags, "--until");
  if (flags.count("--parallel") > 0) {
    options.threads = static_cast<std::size_t>(
        positive_number(flags, "--parallel", {}, kMostThreads, "a number of threads from 1 to 1000"));
  }
  if (flags.count("--batch") > 0) {
    options.batch = static_cast<std::size_t>(
        positive_number(flags, "--batch", {}, kMostBatch, "a number of events from 1 to 65536"));
  }
  if (flags.count("--rate") > 0) {
    options.events_a_second =
        static_cast<double>(positive_number(flags, "--rate", "/s", 1'000'000'000, "events a second, such as 1000/s"));
  }
  options.on_error = on_error_of(flags);
  options.resume = flags.count("--resume") > 0;
  options.dry_run = flags.count("--dry-run") > 0;
  if (flags.count("--from-broker") > 0) command.from = ReplayFrom::broker;

  const bool all_events = options.types.empty() && options.aggregates.empty() && options.from == Position::start() &&
                          options.to == Position::start() && !options.since && !options.until;
  bool have_tables = true;
  for (const HandlerInfo& each : chosen_projectors(context)) {
    command.projectors.push_back(each.name);
    have_tables = have_tables && each.exactly_once;
  }
  command.what = what_of(flags, all_events && have_tables);
  if (!all_events && command.what != What::in_place) {
    throw UsageError{"a shadow is built from all events: use --into in-place to handle chosen ones"};
  }
  if (command.what == What::swap || command.what == What::verify) options.into = ReplayInto::shadow;
  return command;
}

}  // namespace leftfold::inline v0::cli
