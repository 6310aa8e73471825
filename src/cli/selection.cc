// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <leftfold/error.h>

#include "base/rfc3339.h"
#include "cli/confirm.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 500;

std::string state_of(const DeadSequence& sequence) {
  if (sequence.claimed_by) return "re-driven by " + *sequence.claimed_by;
  return sequence.retry_at ? base::to_rfc3339(*sequence.retry_at) : "-";
}

std::string error_of(const DeadSequence& sequence) {
  return sequence.error_message.empty() ? sequence.error_type : sequence.error_message;
}

}  // namespace

std::string Selection::counts() const {
  return counted(letters, "letter") + " of " + counted(sequences.size(), "aggregate");
}

DeadLetterFilter filter_of(const Flags& flags) {
  DeadLetterFilter filter;
  filter.event_type = flags.value("--event-type");
  filter.error_type = flags.value("--error-type");
  return filter;
}

Selection select(DeadLetterStore& store, const DeadLetterFilter& filter, std::size_t limit) {
  Selection chosen;
  while (chosen.sequences.size() < limit) {
    const std::size_t wanted = std::min(kPage, limit - chosen.sequences.size());
    std::vector<DeadSequence> page = store.list(filter, chosen.sequences.size(), wanted);
    for (DeadSequence& each : page) {
      chosen.letters += each.letters;
      chosen.sequences.push_back(std::move(each));
    }
    if (page.size() < wanted) break;
  }
  return chosen;
}

Target target_of(Context& context, const Opened& opened, const Subscriptions& names) {
  const Flags& flags = context.line.flags;
  Target target;
  target.all = flags.count("--all") > 0;
  const bool named = flags.rest.size() > 1;
  if (target.all == named) {
    throw UsageError{context.line.verb + (named ? " takes aggregates or --all, not both"
                                                : " needs an aggregate, or --all for all of the handler")};
  }
  if (named && (flags.count("--event-type") > 0 || flags.count("--error-type") > 0)) {
    throw UsageError{"--event-type and --error-type choose among --all"};
  }
  target.subscription = names.resolve(flags.rest.front());
  DeadLetterFilter filter = filter_of(flags);
  filter.subscription = target.subscription;
  if (target.all) {
    target.chosen = select(*opened.dead_letters, filter);
    return target;
  }
  for (auto word = flags.rest.begin() + 1; word != flags.rest.end(); ++word) {
    if (std::find(flags.rest.begin() + 1, word, *word) != word) continue;
    if (word->empty()) throw UsageError{context.line.verb + ": an aggregate's id is not empty"};
    filter.sequence = *word;
    const Selection one = select(*opened.dead_letters, filter, 1);
    if (one.sequences.empty()) no_letters(context, names, target.subscription, *word);
    target.chosen.sequences.push_back(one.sequences.front());
    target.chosen.letters += one.letters;
  }
  return target;
}

void no_letters(const Context& context, const Subscriptions& names, std::string_view subscription,
                std::string_view sequence) {
  const std::string handler = names.shown(subscription);
  throw Error{Errc::not_found, handler + " has no dead letters of \"" + std::string{sequence} +
                                   "\"; see what it has: " + context.program.name + " dlq ls --handler " + handler};
}

std::vector<Column> sequence_columns() {
  return {{"HANDLER"}, {"AGGREGATE"},      {"LETTERS", true}, {"VERSION", true}, {"EVENT"},
          {"REASON"},  {"REDRIVES", true}, {"PARKED"},        {"RETRY"},         {"ERROR"}};
}

void add_row(Rows& rows, const DeadSequence& sequence, const Subscriptions& names) {
  const std::string handler = names.shown(sequence.subscription);
  JsonObject object;
  object.text("handler", handler)
      .text("subscription", sequence.subscription)
      .text("aggregate", sequence.sequence)
      .count("letters", sequence.letters)
      .raw("version", json_key(sequence.first))
      .text("event", sequence.event_type)
      .text("reason", to_string(sequence.reason))
      .text("class", to_string(sequence.failure))
      .text("error_type", sequence.error_type)
      .text("error", sequence.error_message)
      .number("redrives", sequence.redrives)
      .time("parked_at", sequence.parked_at)
      .time("changed_at", sequence.changed_at)
      .time("retry_at", sequence.retry_at)
      .text("redriven_by", sequence.claimed_by.value_or(""));
  rows.add({handler, sequence.sequence, std::to_string(sequence.letters), shown_key(sequence.first),
            sequence.event_type, std::string{to_string(sequence.reason)}, std::to_string(sequence.redrives),
            base::to_rfc3339(sequence.parked_at), state_of(sequence), error_of(sequence)},
           object);
}

void show_dry_run(Context& context, const Selection& chosen, const Subscriptions& names) {
  Rows rows{context, "aggregates", sequence_columns()};
  for (const DeadSequence& each : chosen.sequences) add_row(rows, each, names);
  rows.finish(JsonObject{}.boolean("dry_run", true).count("letters", chosen.letters));
}

std::string shown_key(const LetterKey& key) {
  if (key.version != Version::none()) return std::to_string(key.version.value());
  return std::to_string(key.partition) + "/" + std::to_string(key.position.value());
}

std::string json_key(const LetterKey& key) {
  return key.version != Version::none() ? shown_key(key) : '"' + shown_key(key) + '"';
}

LetterKey key_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::optional<std::int64_t> first = whole_number(text.substr(0, slash));
  if (slash == std::string::npos && first) return {Version{*first}, 0, Position::start()};
  const std::optional<std::int64_t> second =
      slash == std::string::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  if (!first || !second || *first > std::numeric_limits<std::int32_t>::max()) {
    throw UsageError{"\"" + text + "\" is no letter's version; use a number as `dlq show` prints it"};
  }
  return {Version::none(), static_cast<std::int32_t>(*first), Position{*second}};
}

}  // namespace leftfold::inline v0::cli
