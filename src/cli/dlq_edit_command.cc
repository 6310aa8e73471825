// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <leftfold/error.h>
#include <leftfold/json.h>

#include "cli/claimed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/input.h"
#include "cli/redriving.h"
#include "cli/selection.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 200;

struct AnyObject {};  // no fields: reading it checks that the text is an object, and well-formed

std::string new_payload(Context& context) {
  const Flags& flags = context.line.flags;
  const bool given = flags.count("--payload") > 0;
  if (given && flags.count("--file") > 0) throw UsageError{"dlq edit takes --payload or --file, not both"};
  std::string payload = given ? flags.value("--payload") : read_input(context, flags.value("--file", "-"));
  const std::size_t last = payload.find_last_not_of(" \t\r\n");
  payload.resize(last == std::string::npos ? 0 : last + 1);  // the end of a file's last line is not the event's
  try {
    AnyObject any;
    read_json(payload, any);
  } catch (const Error& error) {
    throw UsageError{std::string{"the new payload is no JSON object: "} + error.what()};
  }
  return payload;
}

std::optional<DeadLetter> find_letter(DeadLetterStore& store, const DeadLetterFilter& where, const LetterKey& key) {
  std::optional<LetterKey> after;
  for (;;) {
    const std::vector<DeadLetter> page = store.letters(where.subscription, where.sequence, after, kPage);
    for (const DeadLetter& letter : page) {
      if (LetterKey::of(letter.event.view()) == key) return letter;
    }
    if (page.size() < kPage) return std::nullopt;
    after = LetterKey::of(page.back().event.view());
  }
}

}  // namespace

int edit_letter(Context& context) {
  const Flags& flags = context.line.flags;
  const ChangedBy by = changed_by(context);
  const LetterKey key = key_of(flags.rest[2]);
  const RedrivePlan plan;
  const std::string payload = new_payload(context);
  const Opened opened = open_for_writing(context);
  DeadLetterStore& store = *opened.dead_letters;
  const Subscriptions names{context, opened};
  DeadLetterFilter where;
  where.subscription = names.resolve(flags.rest[0]);
  where.sequence = flags.rest[1];
  const std::string handler = names.shown(where.subscription);
  const std::optional<DeadLetter> letter = where.sequence.empty() ? std::nullopt : find_letter(store, where, key);
  if (!letter) {
    if (where.sequence.empty() || store.count(where).letters == 0) {
      no_letters(context, names, where.subscription, where.sequence);
    }
    throw Error{Errc::not_found, handler + " has no dead letter with version " + shown_key(key) + " of \"" +
                                     where.sequence + "\"; see what it has: " + context.program.name + " dlq show " +
                                     handler + " " + where.sequence};
  }
  const bool go =
      confirmed(context, "edits version " + shown_key(key) + " (" + letter->event.type + ") of " + where.sequence +
                             " for " + handler + " alone; before: " + letter->event.payload + "; after: " + payload);
  if (go) {
    const Claimed claimed{context, opened, names, where.subscription, where.sequence};
    if (!store.edit(claimed.claim(), key, payload, by)) letters_changed(where.sequence);
  }
  if (go && flags.count("--retry") > 0) {
    return redrive(context, opened, names, where.subscription, select(store, where, 1), plan);
  }
  Rows rows{context, "edited", {{"AGGREGATE"}, {"VERSION", true}, {"EVENT"}, {"BEFORE"}, {"AFTER"}}};
  JsonObject object;
  object.text("aggregate", where.sequence)
      .raw("version", json_key(key))
      .text("event", letter->event.type)
      .object("before", letter->event.payload)
      .object("after", payload);
  rows.add({where.sequence, shown_key(key), letter->event.type, letter->event.payload, payload}, object);
  JsonObject more;
  more.text("handler", handler).text("subscription", where.subscription).boolean("dry_run", !go);
  rows.finish(more);
  if (go) hint(context, "now: " + context.program.name + " dlq retry " + handler + " " + where.sequence);
  return 0;
}

}  // namespace leftfold::inline v0::cli
