// SPDX-License-Identifier: Apache-2.0
#include "unit/runtime/simulated_publisher.h"

#include <cstddef>
#include <iterator>

namespace leftfold::runtime_test {

using runtime::ChangeLane;
using std::chrono::milliseconds;

std::uint64_t SimulatedSink::send(const RecordedEvent& event) {
  world_.risk(300);
  const std::size_t aggregate = PublishingWorld::number(event.aggregate_id);
  const StoredEvent& stored = world_.streams[aggregate].at(static_cast<std::size_t>(event.version.value()));
  if (stored.too_large && event.type != kUnpublished) throw Error{Errc::invalid_argument, "it is too large"};
  if (on_the_way_ >= room_ || session_.failed) return 0;
  ++on_the_way_;
  session_.lines[aggregate % session_.lines.size()].push_back({++tickets_, EventCopy{event}});
  world_.risk(300);
  return tickets_;
}

std::vector<SinkReceipt> SimulatedSink::receipts(const std::stop_token& stop, Instant deadline) {
  world_.risk(200);
  if (!world_.calm && world_.chance.one_in(25)) fail();
  const bool for_ever = deadline == kNever;
  for (int n = 0; session_.due.empty() && !stop.stop_requested(); ++n) {
    if (!for_ever && world_.clock.instant() >= deadline) break;
    world_.move_on();
    if (for_ever && !world_.calm && world_.chance.one_in(20)) stop_.request_stop();
    if (for_ever && n > 1000) {
      world_.trail.broken("it waits for ever");
      throw ProcessEnds{};
    }
    if (session_.due.empty() && !for_ever) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - world_.clock.instant());
      world_.clock.advance(std::min(left, milliseconds{1 + world_.chance.below(20)}));
    }
  }
  const std::size_t some = world_.calm ? session_.due.size() : world_.chance.below(session_.due.size() + 1);
  const auto end = session_.due.begin() + static_cast<std::ptrdiff_t>(some);
  std::vector<SinkReceipt> given;
  for (auto at = session_.due.begin(); at != end; ++at) {
    given.push_back(at->receipt);
    if (at->receipt.acknowledged) world_.acknowledged(at->aggregate, at->version);
  }
  session_.due.erase(session_.due.begin(), end);
  on_the_way_ -= given.size();
  return given;
}

// Of each line a part arrives, of which a part is told of; all else is said to have failed.
void SimulatedSink::fail() {
  for (std::size_t line = 0; line < session_.lines.size(); ++line) {
    auto& flights = session_.lines[line];
    for (std::size_t n = world_.chance.below(flights.size() + 1); n > 0; --n) world_.take_next(session_, line);
    bool skip = kind_ == SinkKind::skips;
    for (std::size_t n = world_.chance.below(flights.size() + 1); !flights.empty(); n -= n > 0 ? 1 : 0) {
      const bool arrives = n > 0 && !std::exchange(skip, false);
      if (arrives) world_.take(flights.front().event);
      session_.report(line, false);
      session_.failed = true;  // until the publisher was told, nothing else gets through
    }
  }
}

void SimulatedPublisher::begin() {
  sink_ = std::make_unique<SimulatedSink>(world_, kind_, stop_);
  runtime::ResequencerOptions options;
  options.remembered = world_.chance.one_in(2) ? world_.chance.below(4) : 1000;
  options.unpublishable = world_.unpublishable;
  options.blocked_retry = milliseconds{1000};
  options.clock = &world_.clock;
  resequencer_ = std::make_unique<runtime::Resequencer>(events_, cursors_, *sink_, options);
}

void SimulatedPublisher::crash() noexcept {
  readings_.clear();
  places_.clear();
  resequencer_.reset();
  sink_.reset();
}

void SimulatedPublisher::step() {
  try {
    if (!resequencer_) begin();
    act();
    check_lanes();
  } catch (const ProcessEnds&) {
    world_.trail.add("p" + std::to_string(number_) + " dies");
    crash();
  } catch (const Error& error) {
    world_.trail.add("p" + std::to_string(number_) + " fails: " + error.what());
    if (!error.retryable() && error.code() != Errc::in_doubt) world_.trail.broken(error.what());
    failed();
  }
}

// What was acknowledged stays true: it may be stored, and another sink goes on from there.
void SimulatedPublisher::failed() {
  try {
    check_lanes();
    if (world_.chance.one_in(2)) store();
  } catch (const ProcessEnds&) {
    return crash();
  } catch (const Error&) {
    world_.trail.add("nor can it store what is done");
  }
  places_.clear();
  for (const auto& [shard, reading] : readings_) places_[shard] = done(reading);
  readings_.clear();
  resequencer_.reset();
  if (world_.chance.one_in(2)) (void)sink_->close(kNever);
  sink_.reset();
}

void SimulatedPublisher::act() {
  const std::size_t what = world_.chance.below(12);
  if (what < 5) return take(world_.chance.below(world_.shards.size()));
  if (what < 9) return settle(milliseconds{world_.chance.below(60)});
  if (what < 11) return store();
  notice();
}

std::size_t SimulatedPublisher::done(const Reading& reading) const {
  const std::string& sequence = reading.lane->done();
  return sequence.empty() ? reading.began : static_cast<std::size_t>(std::stoul(sequence));
}

// Takes a shard that it has or believes to have.
void SimulatedPublisher::take(std::size_t number) {
  StreamShard& shard = world_.shards[number];
  auto at = readings_.find(number);
  if (at == readings_.end()) {
    if (shard.owner != number_) return;
    const auto place = places_.find(number);
    const std::size_t began = place == places_.end() ? shard.checkpoint : place->second;
    at = readings_.emplace(number, Reading{&resequencer_->open_lane(), began, began}).first;
  }
  Reading& reading = at->second;
  const std::size_t most = std::min(1 + world_.chance.below(6), shard.records.size() - reading.read);
  if (most == 0) return;
  if (world_.keys_only) {
    return take_wake_up(reading, shard.records[reading.read], sequence(reading.read + 1));
  }
  const ChangePage page = page_of(std::span{shard.records}.subspan(reading.read, most), reading.read);
  const std::size_t taken = resequencer_->take(*reading.lane, page, token());
  world_.trail.add("p" + std::to_string(number_) + " takes " + std::to_string(taken) + " from " +
                   std::to_string(reading.read) + " of shard " + std::to_string(number));
  reading.read += taken;
}

void SimulatedPublisher::take_wake_up(Reading& reading, const StreamRecord& record, const std::string& text) {
  const Version newest{record.first + static_cast<std::int64_t>(record.events) - 1};
  if (resequencer_->take(*reading.lane, text, PublishingWorld::name(record.aggregate), newest, token())) ++reading.read;
}

ChangePage SimulatedPublisher::page_of(std::span<const StreamRecord> records, std::size_t first) const {
  ChangePage page;
  for (const StreamRecord& record : records) {
    Change& change = page.changes.emplace_back();
    change.sequence = sequence(++first);
    change.first_event = page.events.size();
    change.events = record.events;
    const auto begin = world_.streams[record.aggregate].begin() + static_cast<std::ptrdiff_t>(record.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(record.events);
    const bool unreadable = std::any_of(begin, end, [](const StoredEvent& event) { return event.corrupt; });
    if (unreadable) change.unreadable = "it cannot be read";
    for (auto event = begin; event != end; ++event) {
      RecordedEvent known;
      known.aggregate_id = event->copy.aggregate_id;
      known.version = event->copy.version;
      page.events.add(unreadable ? known : event->copy.view());
    }
  }
  return page;
}

void SimulatedPublisher::settle(milliseconds longest) {
  resequencer_->settle(token(), world_.clock.instant() + longest);
}

// Cursors before checkpoints, each step of which may be the last.
void SimulatedPublisher::store() {
  const std::vector<PublishCursor> moved = resequencer_->take_cursors();
  world_.risk(40);
  cursors_.advance(moved);
  world_.risk(40);
  for (const auto& [number, reading] : readings_) {
    StreamShard& shard = world_.shards[number];
    if (shard.owner == number_) shard.checkpoint = done(reading);
    world_.risk(40);
  }
}

// Gives up the shards that others have.
void SimulatedPublisher::notice() {
  for (auto at = readings_.begin(); at != readings_.end();) {
    if (world_.shards[at->first].owner == number_) {
      ++at;
      continue;
    }
    resequencer_->close_lane(*at->second.lane);
    places_.erase(at->first);
    at = readings_.erase(at);
  }
  std::erase_if(places_, [this](const auto& place) { return world_.shards[place.first].owner != number_; });
}

void SimulatedPublisher::check_lanes() {
  for (const auto& [number, reading] : readings_) world_.check_done(world_.shards[number], done(reading));
}

void SimulatedPublisher::finish() {
  try {
    finish_all();
  } catch (const Error& error) {  // of a sink that had failed before
    if (error.code() != Errc::unavailable) throw;
    failed();
    finish_all();
  }
}

void SimulatedPublisher::finish_all() {
  world_.trail.add("everything works again; p" + std::to_string(number_) + " finishes");
  if (!resequencer_) begin();
  notice();
  const auto all_taken = [this] {
    for (std::size_t i = 0; i < world_.shards.size(); ++i) {
      const auto at = readings_.find(i);
      if (at == readings_.end() || at->second.read < world_.shards[i].records.size()) return false;
    }
    return true;
  };
  for (int n = 0; n < 5000 && !all_taken(); ++n) {
    for (std::size_t i = 0; i < world_.shards.size(); ++i) take(i);
    settle(milliseconds{100});
    check_lanes();
  }
  ChangeLane& lane = resequencer_->open_lane();
  reconcile(lane);
  int n = 0;
  do {
    settle(milliseconds{2000});
    check_lanes();
  } while (++n < 100 && !(resequencer_->at_rest() && (lane.open() == 0 || !resequencer_->blocked().empty())));
  if (n == 100) world_.trail.broken("it does not come to an end");
  for (const auto& [number, reading] : readings_) {
    if (resequencer_->blocked().empty() && done(reading) != world_.shards[number].records.size()) {
      world_.trail.broken("shard " + std::to_string(number) + " is not done");
    }
  }
  store();
}

// Every stored event, or of each aggregate the newest version.
void SimulatedPublisher::reconcile(ChangeLane& lane) {
  for (std::size_t aggregate = 0; aggregate < world_.streams.size(); ++aggregate) {
    const std::size_t events = world_.streams[aggregate].size();
    if (world_.chance.one_in(2)) {
      const Version newest{static_cast<std::int64_t>(events) - 1};
      (void)resequencer_->take(lane, sequence(aggregate), PublishingWorld::name(aggregate), newest, {});
      continue;
    }
    std::vector<StreamRecord> records;
    for (std::size_t i = 0; i < events; ++i) records.push_back({aggregate, static_cast<std::int64_t>(i), 1});
    for (std::size_t i = events; i > 1; --i) std::swap(records[i - 1], records[world_.chance.below(i)]);
    (void)resequencer_->take(lane, page_of(records, 0), {});
  }
}

}  // namespace leftfold::runtime_test
