// SPDX-License-Identifier: Apache-2.0
#include "resilience/record_watch.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::detail {

void RecordWatch::note(const BreakerRecord& record, Instant now) {
  const bool listened = revision_ >= 0;
  if (record.revision != revision_) {
    revision_ = record.revision;
    since_ = now;
  }
  const auto state = std::exchange(state_, record.state);
  if (state != record.state && record.state == BreakerRecord::State::closed) {
    for (auto& word : words_) word.second.heard = false;  // they spoke of the time before
  }
  std::erase_if(words_, [&](const auto& word) { return !record.nodes.contains(word.first); });
  for (const auto& [node, said] : record.nodes) {
    const auto [word, first] = words_.try_emplace(node, Word{said, now, listened});
    if (!first && word->second.said != said) word->second = {said, now, true};
  }
  const bool voting = std::any_of(words_.begin(), words_.end(),
                                  [&](const auto& word) { return word.second.said.votes && word.second.counts(now); });
  if (!voting) {
    voting_since_.reset();
  } else if (!voting_since_) {
    voting_since_ = now;
  }
}

bool RecordWatch::alive(std::string_view node, Instant now) const {
  const auto word = words_.find(node);
  return word != words_.end() && word->second.alive(now);
}

std::size_t RecordWatch::others_alive(std::string_view self, Instant now) const {
  return static_cast<std::size_t>(std::count_if(
      words_.begin(), words_.end(), [&](const auto& word) { return word.first != self && word.second.counts(now); }));
}

std::size_t RecordWatch::others_voting(std::string_view self, Instant now) const {
  return static_cast<std::size_t>(std::count_if(words_.begin(), words_.end(), [&](const auto& word) {
    return word.first != self && word.second.said.votes && word.second.counts(now);
  }));
}

}  // namespace leftfold::inline v0::detail
