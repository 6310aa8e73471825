// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/replay_mark.h"

#include <charconv>
#include <optional>

namespace leftfold::inline v0::runtime {
namespace {

std::string scan_key(std::string_view projector) { return std::string{projector} + "#scan"; }

void forget_all(ReadModelTransaction& transaction, const std::string& key) {
  transaction.forget_all_handled(key);
  transaction.forget_handled(key, {});
}

// "<segment>/<segments>/<after>"; the row's version says whether the segment is finished.
std::optional<ScanMark> read_mark(const HandledVersion& row) {
  ScanMark mark;
  const char* const end = row.aggregate_id.data() + row.aggregate_id.size();
  const auto [slash, error] = std::from_chars(row.aggregate_id.data(), end, mark.segment);
  if (error != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  const auto [second, error2] = std::from_chars(slash + 1, end, mark.segments);
  if (error2 != std::errc{} || second == end || *second != '/') return std::nullopt;
  mark.after.assign(second + 1, end);
  mark.finished = row.version == Version{1};
  return mark;
}

}  // namespace

std::optional<Position> replay_mark(const ReadModelTransaction& transaction, std::string_view projector,
                                    const EventFilter& filter) {
  const std::optional<Version> done = transaction.handled(replay_key(projector), filter.text());
  return done ? std::optional{Position{done->value()}} : std::nullopt;
}

void begin_replay_mark(ReadModelTransaction& transaction, std::string_view projector, const EventFilter& filter) {
  forget_replay_mark(transaction, projector);
  set_replay_mark(transaction, projector, filter, Position::start());
}

void set_replay_mark(ReadModelTransaction& transaction, std::string_view projector, const EventFilter& filter,
                     Position done) {
  transaction.set_handled(replay_key(projector), filter.text(), Version{done.value()});
}

void forget_replay_mark(ReadModelTransaction& transaction, std::string_view projector) {
  forget_all(transaction, replay_key(projector));
  forget_all(transaction, scan_key(projector));
}

void finish_replay_mark(ReadModel& model, std::string_view projector) {
  const auto transaction = model.begin(projector);
  forget_replay_mark(*transaction, projector);
  transaction->commit(transaction->checkpoint().value_or(Position::start()));
}

std::vector<ScanMark> scan_marks(const ReadModelTransaction& transaction, std::string_view projector) {
  std::vector<ScanMark> marks;
  for (const HandledVersion& row : transaction.all_handled(scan_key(projector))) {
    if (auto mark = read_mark(row)) marks.push_back(std::move(*mark));
  }
  return marks;
}

void set_scan_mark(ReadModelTransaction& transaction, std::string_view projector, const ScanMark& mark) {
  const std::string key = scan_key(projector);
  for (const HandledVersion& row : transaction.all_handled(key)) {
    const auto old = read_mark(row);
    if (!old || (old->segment == mark.segment && old->segments == mark.segments))
      transaction.forget_handled(key, row.aggregate_id);
  }
  transaction.set_handled(key, std::to_string(mark.segment) + "/" + std::to_string(mark.segments) + "/" + mark.after,
                          Version{mark.finished ? 1 : 0});
}

}  // namespace leftfold::inline v0::runtime
