// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>

#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/selection.h"

namespace leftfold::inline v0::cli {

int list_letters(Context& context) {
  const Flags& flags = context.line.flags;
  const std::size_t limit = limit_of(flags);
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  DeadLetterFilter filter = filter_of(flags);
  if (flags.count("--handler") > 0) filter.subscription = names.resolve(flags.value("--handler"));
  filter.sequence = flags.value("--aggregate");
  const Selection found = select(*opened.dead_letters, filter, limit);
  const DeadLetterCounts all = opened.dead_letters->count(filter);
  Rows rows{context, "aggregates", sequence_columns()};
  for (const DeadSequence& sequence : found.sequences) add_row(rows, sequence, names);
  rows.finish(
      JsonObject{}.raw("total", JsonObject{}.count("aggregates", all.sequences).count("letters", all.letters).str()));
  if (found.sequences.empty()) {
    hint(context, "no dead letters");
  } else {
    const DeadSequence& first = found.sequences.front();
    hint(context,
         counted(all.letters, "letter") + " of " + counted(all.sequences, "aggregate") +
             (found.sequences.size() < all.sequences ? ", " + std::to_string(found.sequences.size()) + " shown" : "") +
             "; see one: " + context.program.name + " dlq show " + names.shown(first.subscription) + " " +
             first.sequence);
  }
  return 0;
}

int show_letter_stats(Context& context) {
  struct Group {
    std::size_t aggregates = 0;
    std::size_t letters = 0;
    Timestamp oldest = Timestamp::max();
  };
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  const Selection all = select(*opened.dead_letters, {});
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups;
  for (const DeadSequence& each : all.sequences) {
    Group& group = groups[{each.subscription, each.event_type, each.error_type}];
    ++group.aggregates;
    group.letters += each.letters;
    group.oldest = std::min(group.oldest, each.parked_at);
  }
  Rows rows{
      context, "groups", {{"HANDLER"}, {"EVENT"}, {"AGGREGATES", true}, {"LETTERS", true}, {"OLDEST"}, {"ERROR TYPE"}}};
  for (const auto& [key, group] : groups) {
    const auto& [subscription, event, error] = key;
    JsonObject object;
    object.text("handler", names.shown(subscription))
        .text("subscription", subscription)
        .text("event", event)
        .text("error_type", error)
        .count("aggregates", group.aggregates)
        .count("letters", group.letters)
        .time("oldest", group.oldest);
    rows.add({names.shown(subscription), event, std::to_string(group.aggregates), std::to_string(group.letters),
              base::to_rfc3339(group.oldest), error.empty() ? "-" : error},
             object);
  }
  rows.finish(JsonObject{}.raw(
      "total", JsonObject{}.count("aggregates", all.sequences.size()).count("letters", all.letters).str()));
  hint(context, groups.empty() ? "no dead letters" : all.counts());
  return 0;
}

}  // namespace leftfold::inline v0::cli
