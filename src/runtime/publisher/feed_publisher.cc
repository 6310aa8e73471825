// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/feed_publisher.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "runtime/opened_sink.h"
#include "runtime/publisher/backoff.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kRetry{100};
constexpr milliseconds kLongestRetry{10'000};
constexpr milliseconds kShowEvery{100};

}  // namespace

FeedPublisher::FeedPublisher(EventFeed& stored, OpenSink open_sink, PublisherOptions options)
    : stored_{stored},
      open_sink_{std::move(open_sink)},
      options_{std::move(options)},
      metrics_{*options_.metrics, options_.name},
      traffic_{*options_.clock, metrics_.delay},
      counted_{*options_.metrics} {
  shown_.state = "starting";
}

FeedPublisher::~FeedPublisher() = default;

void FeedPublisher::run(const std::stop_token& stop) {
  Backoff backoff{kRetry, kLongestRetry};
  FailureNotes notes{*options_.clock, *options_.log};
  struct Hide {
    FeedPublisher& self;
    ~Hide() {
      self.set_state("stopped", nullptr);
      self.metrics_.show({});
    }
  } const hide{*this};
  set_state("starting", nullptr);
  while (!stop.stop_requested()) {
    const std::uint64_t published = traffic_.published;
    try {
      session(stop);
      return;
    } catch (const Error& error) {
      if (!mends_itself(error)) throw;
      metrics_.sessions_broken.add();
      notes.failed("publishing broke off; it goes on from the checkpoint", options_.name, error.what());
      const std::string why = error.what();
      set_state("broken", &why);
    }
    if (traffic_.published != published) backoff.reset();
    const Instant again = options_.clock->instant() + backoff.next();
    while (!stop.stop_requested() && options_.clock->instant() < again) {
      ++turns_;
      (void)base::pause_until(*options_.clock, std::min(again, options_.clock->instant() + kTurn), stop);
    }
  }
}

void FeedPublisher::session(const std::stop_token& stop) {
  Clock& clock = *options_.clock;
  std::string state = "publishing";
  FeedSession session{stored_, opened(open_sink_), options_, traffic_, [&] {
                        ++turns_;
                        show(session, state);
                      }};
  struct End {
    FeedPublisher& self;
    FeedSession& session;
    ~End() {
      session.close();
      ResequencerCounts counts = session.counts();
      self.before_.published += counts.published;
      self.before_.marked += counts.marked;
      self.before_.refused += counts.refused;
      self.counted_.show(self.before_);
    }
  } const end{*this, session};
  bool goes_on = false;
  Instant next_checkpoint = clock.instant() + options_.checkpoint_every;
  while (!stop.stop_requested()) {
    ++turns_;
    session.step(stop, std::min(next_checkpoint, clock.instant() + kTurn));
    if (session.counts().published > 0 && !std::exchange(goes_on, true)) {
      const std::string none;
      set_state("publishing", &none);
    }
    if (clock.instant() >= next_checkpoint) {
      session.checkpoint();
      next_checkpoint = clock.instant() + options_.checkpoint_every;
    }
    state = session.parts().empty() ? "waiting" : "publishing";
    show(session, state);
  }
  state = "draining";
  show(session, state);
  session.drain(clock.instant() + options_.drain);
}

void FeedPublisher::set_state(const std::string& state, const std::string* failure) {
  const std::scoped_lock lock{mutex_};
  shown_.state = state;
  if (failure != nullptr) shown_.failure = *failure;
  if (state == "stopped" || state == "broken") shown_.parts.clear();
}

void FeedPublisher::show(const FeedSession& session, const std::string& state) {
  const Instant now = options_.clock->instant();
  {
    const std::scoped_lock lock{mutex_};
    if (now < next_show_ && shown_.state == state) return;
    next_show_ = now + kShowEvery;
    shown_.state = state;
    shown_.parts = session.parts();
    shown_.blocked = session.blocked();
  }
  PublisherMetrics::Now metrics;
  metrics.oldest = traffic_.oldest(options_.clock->now());
  metrics.on_the_way = traffic_.on_the_way;
  metrics.open = session.open();
  metrics.parts = session.parts().size();
  metrics_.show(metrics);
  ResequencerCounts counts = session.counts();
  counts.published += before_.published;
  counts.marked += before_.marked;
  counts.refused += before_.refused;
  counted_.show(counts);
}

PublisherStatus FeedPublisher::status() const {
  PublisherStatus status;
  {
    const std::scoped_lock lock{mutex_};
    status = shown_;
  }
  status.published = traffic_.published;
  status.on_the_way = traffic_.on_the_way;
  status.oldest = traffic_.oldest(options_.clock->now());
  status.turns = turns_;
  return status;
}

}  // namespace leftfold::inline v0::runtime
