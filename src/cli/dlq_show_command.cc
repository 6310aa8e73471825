// SPDX-License-Identifier: Apache-2.0
#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/selection.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 200;

JsonObject letter_json(const DeadLetter& letter, bool payload) {
  JsonObject object;
  object.raw("version", json_key(LetterKey::of(letter.event.view())))
      .text("event", letter.event.type)
      .number("position", letter.event.position.value())
      .text("event_id", letter.event.id.to_string())
      .text("reason", to_string(letter.reason))
      .text("class", to_string(letter.failure))
      .text("error_type", letter.error_type)
      .text("error", letter.error_message)
      .number("attempts", letter.attempts)
      .number("redrives", letter.redrives)
      .time("first_failed_at", letter.first_failed_at)
      .time("parked_at", letter.parked_at)
      .text("node", letter.node);
  if (payload) object.object("payload", letter.event.payload).object("metadata", letter.event.metadata);
  return object;
}

std::vector<Column> letter_columns(bool payload) {
  std::vector<Column> columns{{"VERSION", true},  {"EVENT"},  {"REASON"}, {"ATTEMPTS", true},
                              {"REDRIVES", true}, {"PARKED"}, {"ERROR"}};
  if (payload) columns.push_back({"PAYLOAD"});
  return columns;
}

std::vector<std::string> letter_cells(const DeadLetter& letter, bool payload) {
  std::vector<std::string> cells{shown_key(LetterKey::of(letter.event.view())),
                                 letter.event.type,
                                 std::string{to_string(letter.reason)},
                                 std::to_string(letter.attempts),
                                 std::to_string(letter.redrives),
                                 base::to_rfc3339(letter.parked_at),
                                 letter.error_message.empty() ? "-" : letter.error_message};
  if (payload) cells.push_back(letter.event.payload);
  return cells;
}

}  // namespace

int show_letters(Context& context) {
  const Flags& flags = context.line.flags;
  const bool payload = flags.count("--payload") > 0;
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  DeadLetterFilter filter;
  filter.subscription = names.resolve(flags.rest[0]);
  filter.sequence = flags.rest[1];
  if (filter.sequence.empty()) throw UsageError{"dlq show: an aggregate's id is not empty"};
  if (opened.dead_letters->count(filter).letters == 0) {
    no_letters(context, names, filter.subscription, filter.sequence);
  }
  Rows rows{context, "letters", letter_columns(payload)};
  std::optional<LetterKey> after;
  for (;;) {
    const std::vector<DeadLetter> page =
        opened.dead_letters->letters(filter.subscription, filter.sequence, after, kPage);
    for (const DeadLetter& letter : page) rows.add(letter_cells(letter, payload), letter_json(letter, payload));
    if (page.size() < kPage) break;
    after = LetterKey::of(page.back().event.view());
  }
  const std::string handler = names.shown(filter.subscription);
  JsonObject more;
  more.text("handler", handler).text("subscription", filter.subscription).text("aggregate", filter.sequence);
  rows.finish(more);
  const std::string what = handler + " " + filter.sequence;
  hint(context, "when the cause is gone: " + context.program.name + " dlq retry " + what +
                    (payload ? "" : "; with payloads: " + context.program.name + " dlq show " + what + " --payload"));
  return 0;
}

int show_history(Context& context) {
  const Flags& flags = context.line.flags;
  const bool payload = flags.count("--payload") > 0;
  const std::size_t limit = limit_of(flags);
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  const std::string subscription = names.resolve(flags.rest[0]);
  const std::string sequence = flags.rest.size() > 1 ? flags.rest[1] : "";
  std::vector<Column> columns{{"TIME"}, {"ACTION"}, {"AGGREGATE"}, {"VERSION", true}, {"WHO"}, {"WHY"}};
  if (payload) columns.insert(columns.end(), {{"BEFORE"}, {"AFTER"}});
  Rows rows{context, "changes", std::move(columns)};
  while (rows.size() < limit) {
    const std::size_t wanted = std::min(kPage, limit - rows.size());
    const std::vector<DeadLetterChange> page =
        opened.dead_letters->changes(subscription, sequence, rows.size(), wanted);
    for (const DeadLetterChange& change : page) {
      JsonObject object;
      object.time("at", change.at)
          .text("action", change.action)
          .text("aggregate", change.sequence)
          .raw("version", json_key(change.letter))
          .text("event_id", change.event_id.to_string())
          .text("who", change.by.who)
          .text("why", change.by.why);
      if (payload) object.object("before", change.before).object("after", change.after);
      std::vector<std::string> cells{base::to_rfc3339(change.at), change.action, change.sequence,
                                     shown_key(change.letter),    change.by.who, change.by.why};
      if (payload) cells.insert(cells.end(), {change.before, change.after});
      rows.add(std::move(cells), object);
    }
    if (page.size() < wanted) break;
  }
  rows.finish(JsonObject{}.text("handler", names.shown(subscription)).text("subscription", subscription));
  if (rows.size() == 0) hint(context, "nobody changed letters by hand");
  return 0;
}

}  // namespace leftfold::inline v0::cli
