// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/stream_publisher.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <leftfold/error.h>

#include "runtime/opened_sink.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;
constexpr milliseconds kRetry{100};
constexpr milliseconds kLongestRetry{10'000};
constexpr milliseconds kShowEvery{100};

LeaseRoundsOptions rounds_options(const StreamSource& source, const PublisherOptions& options) {
  LeaseRoundsOptions result;
  result.group = source.group;
  result.worker = options.worker;
  result.renew_every = options.renew_every;
  result.expires_after = options.lease_expires_after;
  result.discover_every = options.discover_every;
  result.repairs = source.repair != nullptr;
  result.clock = options.clock;
  result.log = options.log;
  return result;
}

// The newer of two batches wins: a store takes each aggregate once.
void merge(std::vector<PublishCursor>& into, std::vector<PublishCursor> newer) {
  if (into.empty()) return into.swap(newer);
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < into.size(); ++i) places.emplace(into[i].aggregate_id, i);
  const std::size_t known = into.size();
  std::vector<PublishCursor> added;
  for (PublishCursor& cursor : newer) {
    const auto at = places.find(cursor.aggregate_id);
    if (at == places.end()) added.push_back(std::move(cursor));
    else if (at->second < known) into[at->second].published = std::max(into[at->second].published, cursor.published);
  }
  into.insert(into.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

}  // namespace

// What runs beside the thread of run(), in the order in which it may be ended: the last first.
struct StreamPublisher::Threads {
  Threads(StreamPublisher& self, const std::stop_token& stop)
      : keeper{*self.source_.stored.leases, *self.source_.stored.changes, rounds_options(self.source_, self.options_),
               [&self] {
                 self.interrupt_.request();
                 self.doorbell_.ring();
               }},
        flusher{*self.source_.stored.cursors,
                self.options_.name,
                [this, &self](const std::vector<HoldProgress>& progress) {
                  if (self.source_.settled) {
                    for (const HoldProgress& one : progress) self.source_.settled(one);
                  }
                  for (const HoldProgress& one : progress) keeper.progress(one);
                },
                [&self] { self.doorbell_.ring(); },
                *self.options_.clock,
                *self.options_.log},
        lanes{*self.source_.stored.changes, self.source_.pace, *self.options_.clock, *self.options_.log,
              [&self] { self.doorbell_.ring(); }},
        at_stop{stop, [&self] {
                  self.interrupt_.request();
                  self.doorbell_.ring();
                }} {}

  LeaseKeeper keeper;
  Flusher flusher;
  ShardLanes lanes;
  std::unique_ptr<RepairJob> repair;
  std::int64_t repair_number = 0;
  std::vector<PublishCursor> unflushed;  // of sessions that are over
  Instant next_flush{};
  Instant next_show{};
  Instant drain_until{};
  std::stop_callback<std::function<void()>> at_stop;
};

StreamPublisher::StreamPublisher(StreamSource source, OpenSink open_sink, PublisherOptions options)
    : source_{std::move(source)},
      open_sink_{std::move(open_sink)},
      options_{std::move(options)},
      metrics_{*options_.metrics, options_.name},
      traffic_{*options_.clock, metrics_.delay},
      doorbell_{*options_.clock} {}

StreamPublisher::~StreamPublisher() = default;

void StreamPublisher::run(const std::stop_token& stop) {
  Threads threads{*this, stop};
  {
    const std::scoped_lock lock{mutex_};
    shown_ = {};
    keeper_ = &threads.keeper;
    flusher_ = &threads.flusher;
  }
  struct Hide {
    StreamPublisher& self;
    ~Hide() {
      const std::scoped_lock lock{self.mutex_};
      self.keeper_ = nullptr;
      self.flusher_ = nullptr;
      self.shown_.state = "stopped";
      self.shown_.held.clear();
      self.metrics_.show({});
    }
  } const hide{*this};
  options_.log->log(LogLevel::info, "publisher", "begins", {{"publisher", options_.name}, {"worker", options_.worker}});
  threads.keeper.start();
  std::exception_ptr failure;
  try {
    publish(threads, stop);
  } catch (...) {
    failure = std::current_exception();
  }
  threads.lanes.stop_reading();
  threads.repair.reset();
  (void)threads.flusher.finish(threads.drain_until);
  threads.keeper.release();
  options_.log->log(LogLevel::info, "publisher", "ends",
                    {{"publisher", options_.name}, {"published", std::to_string(traffic_.published)}});
  if (failure) std::rethrow_exception(failure);
}

// Sessions, one after the other.
void StreamPublisher::publish(Threads& threads, const std::stop_token& stop) {
  Backoff backoff{kRetry, kLongestRetry};
  FailureNotes notes{*options_.clock, *options_.log};
  while (!stop.stop_requested()) {
    const std::uint64_t published = traffic_.published;
    try {
      session(threads, stop);
      return;
    } catch (const Error& error) {
      if (!mends_itself(error)) throw;
      metrics_.sessions_broken.add();
      notes.failed("publishing broke off; it goes on from what is settled", options_.name, error.what());
      (void)set_failure(error.what());
    }
    if (traffic_.published != published) backoff.reset();
    const Instant again = options_.clock->instant() + backoff.next();
    while (!stop.stop_requested() && options_.clock->instant() < again) {
      apply_changes(threads, nullptr);
      show(threads, nullptr, "broken");
      ++turns_;
      doorbell_.wait(stop, std::min(again, options_.clock->instant() + kTurn));
    }
  }
}

void StreamPublisher::session(Threads& threads, const std::stop_token& stop) {
  Clock& clock = *options_.clock;
  PublishSession session{
      source_.stored, opened(open_sink_), options_, threads.lanes, traffic_, metrics_, [&](const std::string& why) {
        threads.keeper.need_repair(why);
      }};
  struct Attached {
    Doorbell& doorbell;
    ~Attached() { doorbell.attach(nullptr); }
  } const attached{doorbell_};
  doorbell_.attach(&session.sink());
  const std::uint64_t published = traffic_.published;
  bool goes_on = false;
  try {
    while (!stop.stop_requested()) {
      const std::stop_token interrupt = interrupt_.begin();
      if (stop.stop_requested()) break;  // its request may have come before begin()
      ++turns_;
      apply_changes(threads, &session.resequencer());
      const bool more = session.take(interrupt, clock.instant() + kTurn);
      const bool finished = threads.lanes.any_finished() && threads.flusher.idle();  // its children wait
      Instant until = std::min(threads.next_flush, clock.instant() + kTurn);
      // With more to take, what is stalled gets a moment all the same.
      if (more || finished) until = clock.instant() + (session.resequencer().at_rest() ? 0ms : 1ms);
      session.settle(interrupt, until);
      if (traffic_.published != published && !std::exchange(goes_on, true) && set_failure({})) {
        options_.log->log(LogLevel::info, "publisher", "publishing goes on", {{"publisher", options_.name}});
      }
      flush(threads, session);
      show(threads, &session, "publishing");
    }
    drain(threads, session);
  } catch (...) {
    end(threads, session);
    throw;
  }
  end(threads, session);
}

void StreamPublisher::end(Threads& threads, PublishSession& session) {
  merge(threads.unflushed, session.end());
  const ResequencerCounts& counts = session.resequencer().counts();
  const std::scoped_lock lock{mutex_};
  dropped_before_ += counts.dropped;
  read_back_before_ += counts.read_back;
  shown_.dropped = shown_.read_back = 0;
}

// What the keeper took or lost since the last time.
void StreamPublisher::apply_changes(Threads& threads, Resequencer* session) {
  for (const HoldChange& change : threads.keeper.take_changes()) {
    if (change.lost) metrics_.leases_lost.add();
    if (!change.hold.shard) {
      if (change.lost && change.hold.number != threads.repair_number) continue;
      threads.repair.reset();
      threads.repair_number = change.hold.number;
      if (change.lost || !source_.repair) continue;
      threads.repair = std::make_unique<RepairJob>(
          source_.repair, options_.name,
          [&keeper = threads.keeper, hold = change.hold] {
            keeper.progress({hold.lease, hold.number, hold.checkpoint, true, {}});
          },
          *options_.clock, *options_.log);
    } else if (change.lost) {
      threads.lanes.remove(change.hold.lease, change.hold.number, session);
    } else {
      threads.lanes.add(change.hold);
    }
  }
}

void StreamPublisher::flush(Threads& threads, PublishSession& session) {
  const Instant now = options_.clock->instant();
  if (now < threads.next_flush && !threads.lanes.any_finished()) return;
  if (!threads.flusher.idle()) {
    threads.next_flush = now + options_.checkpoint_every;
    return;
  }
  Flush flush = session.flush();
  merge(threads.unflushed, std::move(flush.cursors));
  flush.cursors = std::exchange(threads.unflushed, {});
  if (!flush.cursors.empty() || !flush.progress.empty()) (void)threads.flusher.take(std::move(flush));
  threads.next_flush = now + options_.checkpoint_every;
}

void StreamPublisher::drain(Threads& threads, PublishSession& session) {
  Clock& clock = *options_.clock;
  const Instant deadline = threads.drain_until = clock.instant() + options_.drain;
  show(threads, &session, "draining");
  threads.keeper.stop_taking();
  threads.lanes.stop_reading();
  for (; !session.resequencer().at_rest() && clock.instant() < deadline; ++turns_) {
    session.settle({}, std::min(deadline, clock.instant() + kTurn));
    show(threads, &session, "draining");
  }
  while (!threads.flusher.idle() && clock.instant() < deadline) doorbell_.wait({}, deadline);
  threads.next_flush = {};
  flush(threads, session);
}

// Returns whether there was another one.
bool StreamPublisher::set_failure(const std::string& failure) {
  const std::scoped_lock lock{mutex_};
  return std::exchange(shown_.failure, failure) != failure;
}

void StreamPublisher::show(Threads& threads, PublishSession* session, const std::string& state) {
  const Instant now = options_.clock->instant();
  Shown shown;
  PublisherMetrics::Now metrics;
  shown.state = state;
  if (state == "publishing" && threads.lanes.all().empty()) {
    shown.state = !threads.keeper.failure().empty() ? "broken"
                  : threads.keeper.parts().empty()  ? "starting"
                                                    : "waiting";
  }
  {
    const std::scoped_lock lock{mutex_};
    if (now < threads.next_show && shown_.state == shown.state) return;
    threads.next_show = now + kShowEvery;
  }
  for (const auto& [lease, shard] : threads.lanes.all()) {
    PublisherPart& part = shown.held.emplace_back();
    part.name = lease;
    part.behind = shard.behind;
    part.open = shard.lane == nullptr ? 0 : shard.lane->open();
    part.state = shard.note.starts_with("lost") ? "lost" : "reading";
    metrics.behind = std::max(metrics.behind, shard.behind);
    metrics.open += part.open;
  }
  if (session != nullptr) {
    const Resequencer& resequencer = session->resequencer();
    shown.blocked = resequencer.blocked();
    shown.dropped = resequencer.counts().dropped;
    shown.read_back = resequencer.counts().read_back;
  }
  metrics.parts = shown.held.size();
  metrics.on_the_way = traffic_.on_the_way;
  metrics.oldest = traffic_.oldest(options_.clock->now());
  metrics.broken = state == "broken";
  metrics_.show(metrics);
  const std::scoped_lock lock{mutex_};
  shown.failure = std::move(shown_.failure);
  shown_ = std::move(shown);
}

PublisherStatus StreamPublisher::status() const {
  PublisherStatus status;
  status.published = traffic_.published;
  status.on_the_way = traffic_.on_the_way;
  status.oldest = traffic_.oldest(options_.clock->now());
  status.turns = turns_;
  const std::scoped_lock lock{mutex_};
  status.state = shown_.state;
  status.failure = shown_.failure;
  status.dropped = dropped_before_ + shown_.dropped;
  status.read_back = read_back_before_ + shown_.read_back;
  status.blocked = shown_.blocked;
  if (keeper_ == nullptr) return status;
  status.parts = keeper_->parts();
  for (const std::string& failure : {flusher_->failure(), keeper_->failure()}) {
    if (status.failure.empty()) status.failure = failure;
  }
  for (PublisherPart& part : status.parts) {
    const auto held = std::find_if(shown_.held.begin(), shown_.held.end(),
                                   [&](const PublisherPart& one) { return one.name == part.name; });
    if (held == shown_.held.end()) continue;
    part.behind = held->behind;
    part.open = held->open;
    if (held->state == "lost") part.state = "lost";
  }
  return status;
}

}  // namespace leftfold::inline v0::runtime
