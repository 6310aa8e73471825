// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include <leftfold/error.h>

#include "base/rfc3339.h"
#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/exit_code.h"
#include "cli/how_far.h"
#include "cli/numbers.h"
#include "cli/rows.h"
#include "cli/subscriptions.h"

namespace leftfold::inline v0::cli {
namespace {

/// What is known of a subscription without asking the processes that run it.
struct Standing {
  std::string subscription;
  std::string kind = "-";
  HowFar far;
  SubscriptionControl control;
  DeadLetterCounts letters;
};

std::vector<std::string> wanted(Context& context, const Subscriptions& names) {
  const std::vector<std::string>& words = context.line.flags.rest;
  if (words.empty()) return names.names();
  std::vector<std::string> chosen;
  for (const std::string& word : words) {
    std::string name = names.resolve(word);
    if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(std::move(name));
  }
  return chosen;
}

std::vector<Standing> standings(Context& context, const Opened& opened, const Subscriptions& names,
                                const std::optional<HowFarAsker>& asker) {
  std::vector<Standing> all;
  for (std::string& name : wanted(context, names)) {
    Standing standing;
    standing.control = opened.controls->control(name);
    DeadLetterFilter filter;
    filter.subscription = name;
    if (opened.dead_letters.get() != nullptr) standing.letters = opened.dead_letters->count(filter);
    const HandlerInfo* const handler = names.handler(name);
    if (handler != nullptr) standing.kind = handler->is_projector ? "projector" : "listener";
    if (asker) standing.far = asker->of(name, handler);
    standing.subscription = std::move(name);
    all.push_back(std::move(standing));
  }
  return all;
}

std::string text_or_dash(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : "-"; }
std::string json_or_null(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : "null"; }

std::optional<std::int64_t> most_lag(const Flags& flags) {
  if (flags.count("--max-lag") == 0) return std::nullopt;
  const std::optional<std::int64_t> value = whole_number(flags.value("--max-lag"));
  if (!value) refuse_value("--max-lag", flags.value("--max-lag"), "a number of events");
  return value;
}

void add_standing(Rows& rows, const Standing& standing, const Subscriptions& names) {
  const auto& [position, lag] = standing.far;
  const SubscriptionControl& control = standing.control;
  JsonObject object;
  object.text("name", names.shown(standing.subscription))
      .text("subscription", standing.subscription)
      .text("kind", standing.kind)
      .boolean("paused", control.paused)
      .raw("position", json_or_null(position))
      .raw("lag", json_or_null(lag))
      .count("parked_aggregates", standing.letters.sequences)
      .count("parked_letters", standing.letters.letters)
      .number("restarts", control.restarts)
      .text("by", control.by)
      .text("why", control.why)
      .time("asked_at", control.by.empty() ? std::nullopt : std::optional{control.at});
  std::string note = control.by;
  if (!control.why.empty()) note += (note.empty() ? "" : ": ") + control.why;
  rows.add({names.shown(standing.subscription), standing.kind, control.paused ? "paused" : "on", text_or_dash(position),
            text_or_dash(lag), std::to_string(standing.letters.letters), note.empty() ? "-" : note},
           object);
}

int print_standings(Context& context, const Opened& opened, const Subscriptions& names,
                    const std::optional<HowFarAsker>& asker) {
  const std::optional<std::int64_t> most = most_lag(context.line.flags);
  const std::vector<Standing> all = standings(context, opened, names, asker);
  Rows rows{context,
            "subscriptions",
            {{"NAME"}, {"KIND"}, {"STATE"}, {"POSITION", true}, {"LAG", true}, {"PARKED", true}, {"ASKED BY"}}};
  std::string behind;
  for (const Standing& standing : all) {
    add_standing(rows, standing, names);
    if (!most || standing.far.lag.value_or(0) <= *most) continue;
    behind += (behind.empty() ? "" : ", ") + names.shown(standing.subscription);
  }
  const JsonObject more = JsonObject{}.raw("head", json_or_null(asker ? std::optional{asker->head()} : std::nullopt));
  if (!behind.empty()) {
    const std::string message = "more than " + std::to_string(*most) + " events behind: " + behind;
    rows.fail("lag", message, more);
    throw CommandFailed{kFoundFailure, "lag", message};
  }
  rows.finish(more);
  if (all.empty())
    hint(context,
         "no subscription left a trace here; of handlers that read from Kafka the service's own program knows");
  return kSuccess;
}

/// After a change, which counts whether the broker answers or not: somebody may pause handlers because it does not.
int print_changed(Context& context, const Opened& opened, const Subscriptions& names) {
  std::optional<HowFarAsker> asker;
  try {
    asker.emplace(context, opened);
  } catch (const Error& error) {
    hint(context, std::string{"positions are not known now: "} + error.what());
  }
  return print_standings(context, opened, names, asker);
}

template <class Change>
int change(Context& context, const std::string& what, Change change_one) {
  const Flags& flags = context.line.flags;
  const bool every = flags.count("--all") > 0;
  if (every != flags.rest.empty()) {
    throw UsageError{context.line.verb + (every ? " takes names or --all, not both" : " needs names, or --all")};
  }
  const std::string by = who(context);
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  const std::vector<std::string> chosen = wanted(context, names);
  if (every && !chosen.empty() && !confirmed(context, what + " " + counted(chosen.size(), "subscription"))) {
    return print_changed(context, opened, names);
  }
  for (const std::string& name : chosen) change_one(*opened.controls, name, by);
  return print_changed(context, opened, names);
}

}  // namespace

int show_status(Context& context) {
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  const std::optional<HowFarAsker> asker{std::in_place, context, opened};
  return print_standings(context, opened, names, asker);
}

int pause_subscriptions(Context& context) {
  const std::string why = context.line.flags.value("--why");
  return change(context, "pauses", [&](ControlStore& store, const std::string& name, const std::string& by) {
    store.pause(name, by, why);
  });
}

int resume_subscriptions(Context& context) {
  return change(context, "resumes",
                [](ControlStore& store, const std::string& name, const std::string& by) { store.resume(name, by); });
}

int restart_subscriptions(Context& context) {
  return change(context, "restarts", [](ControlStore& store, const std::string& name, const std::string& by) {
    (void)store.restart(name, by);
  });
}

}  // namespace leftfold::inline v0::cli
