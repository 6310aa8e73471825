// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/selection.h"
#include "resilience/letter_lines.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 200;
constexpr std::size_t kMostSequences = 40;  // in one call: a transaction of DynamoDB has 100 items

void write_letters(Output& out, DeadLetterStore& store, const DeadSequence& sequence) {
  std::optional<LetterKey> after;
  for (;;) {
    const std::vector<DeadLetter> page = store.letters(sequence.subscription, sequence.sequence, after, kPage);
    std::string lines;
    for (const DeadLetter& letter : page) detail::append_letter_line(lines, sequence.subscription, letter);
    out.write(lines);
    if (page.size() < kPage) return;
    after = LetterKey::of(page.back().event.view());
  }
}

using Letters = std::map<std::string, std::vector<DeadLetter>>;  // by subscription

Letters read_letters(const std::string& text) {
  Letters letters;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line{text.data() + begin, end - begin};
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    detail::LetterLine read = detail::read_letter_line(line, number);
    letters[std::move(read.subscription)].push_back(std::move(read.letter));
  }
  return letters;
}

/// A Runner that handles live events meanwhile could handle a later one of an aggregate before its letter is there.
void check_paused(const Context& context, const Opened& opened, const Subscriptions& names, const Letters& letters) {
  for (const auto& [subscription, of_it] : letters) {
    if (opened.controls->control(subscription).paused) continue;
    throw CommandFailed{kRefused, "refused",
                        "dlq import: " + names.shown(subscription) +
                            " is not paused, and could handle later events of "
                            "these aggregates meanwhile; first: " +
                            context.program.name + " projectors pause " + names.shown(subscription)};
  }
}

/// A few sequences at a time, each whole. Stopped in between it is run again: what is there is left as it is.
std::size_t import_in_parts(DeadLetterStore& store, std::string_view subscription,
                            const std::vector<DeadLetter>& letters, const ChangedBy& by) {
  std::map<std::string_view, std::vector<const DeadLetter*>> sequences;
  for (const DeadLetter& letter : letters) sequences[letter.event.aggregate_id].push_back(&letter);
  std::size_t added = 0;
  std::size_t number = 0;
  std::vector<DeadLetter> part;
  for (const auto& [name, of_it] : sequences) {
    for (const DeadLetter* letter : of_it) part.push_back(*letter);
    if (++number % kMostSequences != 0 && number < sequences.size()) continue;
    added += store.import_letters(subscription, part, by);
    part.clear();
  }
  return added;
}

}  // namespace

int export_letters(Context& context) {
  if (context.json) throw UsageError{"dlq export prints JSON lines already: leave --json out"};
  const Flags& flags = context.line.flags;
  const Opened opened = open_for_reading(context);
  const Subscriptions names{context, opened};
  DeadLetterFilter filter = filter_of(flags);
  if (!flags.rest.empty()) filter.subscription = names.resolve(flags.rest.front());
  filter.sequence = flags.value("--aggregate");
  const Selection found = select(*opened.dead_letters, filter);
  Output out;
  for (const DeadSequence& each : found.sequences) {
    if (context.signals.received() != 0) {  // a part is no export
      out.flush();
      return kSignal + context.signals.received();
    }
    write_letters(out, *opened.dead_letters, each);
  }
  out.flush();
  hint(context, found.sequences.empty() ? "no dead letters" : found.counts());
  return kSuccess;
}

int import_letters(Context& context) {
  const ChangedBy by = changed_by(context);
  const Letters letters = read_letters(read_input(context, context.line.flags.rest.front()));
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  for (const auto& [subscription, of_it] : letters) (void)names.resolve(subscription);
  check_paused(context, opened, names, letters);
  std::size_t number = 0;
  for (const auto& [subscription, of_it] : letters) number += of_it.size();
  const bool go = number == 0 || confirmed(context, "imports " + counted(number, "letter") + " of " +
                                                        counted(letters.size(), "subscription"));
  if (number == 0) hint(context, "no letters in the file");
  Rows rows{context, "imported", {{"HANDLER"}, {"LETTERS", true}, {"ADDED", true}}};
  for (const auto& [subscription, of_it] : letters) {
    const std::size_t added = go ? import_in_parts(*opened.dead_letters, subscription, of_it, by) : 0;
    JsonObject object;
    object.text("handler", names.shown(subscription))
        .text("subscription", subscription)
        .count("letters", of_it.size())
        .count("added", added);
    rows.add({names.shown(subscription), std::to_string(of_it.size()), std::to_string(added)}, object);
  }
  rows.finish(JsonObject{}.boolean("dry_run", !go));
  if (go && number > 0)
    hint(context, "they are handled by dlq retry; then: " + context.program.name + " projectors resume");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
