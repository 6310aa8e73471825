// SPDX-License-Identifier: Apache-2.0
#include "resilience/letter_transfer.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "resilience/letter_lines.h"
#include "resilience/sequence_ids.h"

namespace leftfold::inline v0::detail {

std::size_t export_letters(DeadLetterStore& store, const DeadLetterFilter& filter,
                           const std::function<void(std::string_view line)>& write) {
  constexpr std::size_t kPage = 16;
  std::size_t written = 0;
  std::string line;
  for (const SequenceId& id : sequence_ids(store, filter)) {
    std::optional<LetterKey> after;
    for (;;) {
      const std::vector<DeadLetter> page = store.letters(id.subscription, id.sequence, after, kPage);
      for (const DeadLetter& letter : page) {
        line.clear();
        append_letter_line(line, id.subscription, letter);
        write(line);
        ++written;
      }
      if (page.size() < kPage) break;
      after = LetterKey::of(page.back().event.view());
    }
  }
  return written;
}

Imported import_letters(DeadLetterStore& store, ControlStore& controls, std::istream& lines, const ChangedBy& by,
                        std::string_view into) {
  std::map<std::string, std::vector<DeadLetter>> letters;
  Imported imported;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    LetterLine read = read_letter_line(line, number);
    letters[into.empty() ? read.subscription : std::string{into}].push_back(std::move(read.letter));
    ++imported.lines;
  }
  if (lines.bad()) throw Error{Errc::unavailable, "dead letters: reading ended after line " + std::to_string(number)};
  for (const auto& [subscription, unused] : letters) {
    if (controls.control(subscription).paused) continue;
    throw Error{Errc::invalid_argument, "dead letters: " + in_quotes(subscription) +
                                            " is not paused; pause it, import, then resume it (nothing was imported)"};
  }
  for (const auto& [subscription, some] : letters) imported.added += store.import_letters(subscription, some, by);
  return imported;
}

}  // namespace leftfold::inline v0::detail
