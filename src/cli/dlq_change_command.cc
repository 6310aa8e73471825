// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <leftfold/error.h>

#include "cli/claimed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/envelope.h"
#include "cli/selection.h"

namespace leftfold::inline v0::cli {
namespace {

struct Discarded {
  std::size_t letters = 0;
  std::size_t busy = 0;  // aggregates that somebody else re-drives
};

JsonObject totals(const Discarded& done, const std::string& handler, const std::string& subscription) {
  JsonObject more;
  more.text("handler", handler).text("subscription", subscription).count("letters", done.letters);
  return more;
}

}  // namespace

int skip_letter(Context& context) {
  const ChangedBy by = changed_by(context);
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  const Target target = target_of(context, opened, names);
  const DeadSequence& found = target.chosen.sequences.front();
  const std::string handler = names.shown(target.subscription);
  const std::string letter = "version " + shown_key(found.first) + " (" + found.event_type + ") of " + found.sequence;
  if (!confirmed(context, "skips " + letter + ": " + handler + " will never handle it; the aggregate's other " +
                              counted(found.letters - 1, "letter") + " will stay parked")) {
    show_dry_run(context, target.chosen, names);
    return 0;
  }
  DeadLetterStore::Removed removed = DeadLetterStore::Removed::refused;
  {
    const Claimed claimed{context, opened, names, target.subscription, found.sequence};
    removed = opened.dead_letters->skip(claimed.claim(), found.first, by);
  }
  if (removed == DeadLetterStore::Removed::refused) letters_changed(found.sequence);
  DeadLetterFilter filter;
  filter.subscription = target.subscription;
  filter.sequence = found.sequence;
  const std::size_t left = opened.dead_letters->count(filter).letters;
  Rows rows{context, "skipped", {{"AGGREGATE"}, {"VERSION", true}, {"EVENT"}, {"LEFT", true}}};
  JsonObject object;
  object.text("aggregate", found.sequence)
      .raw("version", json_key(found.first))
      .text("event", found.event_type)
      .count("left", left);
  rows.add({found.sequence, shown_key(found.first), found.event_type, std::to_string(left)}, object);
  rows.finish(JsonObject{}.text("handler", handler).text("subscription", target.subscription));
  if (left > 0) {
    hint(context, "those behind it: " + context.program.name + " dlq retry " + handler + " " + found.sequence);
  }
  return 0;
}

int purge_letters(Context& context) {
  const ChangedBy by = changed_by(context);
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  const Target target = target_of(context, opened, names);
  const std::string handler = names.shown(target.subscription);
  if (target.chosen.sequences.empty()) {
    hint(context, "no dead letters");
  } else if (!confirmed(context, "discards " + target.chosen.counts() + ": " + handler + " will never handle them")) {
    show_dry_run(context, target.chosen, names);
    return 0;
  }
  Rows rows{context, "discarded", {{"AGGREGATE"}, {"LETTERS", true}}};
  Discarded done;
  try {
    for (const DeadSequence& each : target.chosen.sequences) {
      if (context.signals.received() != 0) break;
      std::size_t letters = 0;
      try {
        const auto patience = target.all ? Claimed::Patience::none : Claimed::Patience::outwaits;
        const Claimed claimed{context, opened, names, target.subscription, each.sequence, patience};
        letters = opened.dead_letters->discard(claimed.claim(), by, "discard");
        if (letters == 0) letters_changed(each.sequence);
      } catch (const Error& error) {
        // Of many, those that are handled meanwhile need no purge; one that is being handled stops no other.
        if (!target.all || (error.code() != Errc::not_found && error.code() != Errc::fenced)) throw;
        if (error.code() == Errc::fenced) ++done.busy;
        continue;
      }
      done.letters += letters;
      rows.add({each.sequence, std::to_string(letters)},
               JsonObject{}.text("aggregate", each.sequence).count("letters", letters));
    }
    if (done.busy > 0) {
      throw Error{Errc::fenced, counted(done.busy, "aggregate") + " of " + handler +
                                    " are in other hands and were left alone; try again when they are done"};
    }
  } catch (const Error& error) {
    rows.fail(code_of(error), error.what(), totals(done, handler, target.subscription));
    throw;
  }
  rows.finish(totals(done, handler, target.subscription));
  if (done.letters > 0) {
    hint(context, "discarded " + counted(done.letters, "letter") + "; their payloads are in: " + context.program.name +
                      " dlq history " + handler + " --payload");
  }
  return 0;
}

}  // namespace leftfold::inline v0::cli
