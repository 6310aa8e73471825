// SPDX-License-Identifier: Apache-2.0
#include "runtime/scan_run.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "runtime/node_name.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookForWork{1'000};
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{5'000};
constexpr milliseconds kShortestWait{100};

void check(const PublishedStore& stored, const ReconcileOptions& options, const std::string& what) {
  const auto refuse = [&what](const std::string& why) { throw Error{Errc::invalid_argument, what + ": " + why}; };
  if (stored.scan == nullptr || stored.cursors == nullptr)
    refuse("the store has no scan or no cursors to compare with");
  if (stored.events == nullptr) refuse("there is no store to read events back from");
  if (stored.leases == nullptr && !options.dry_run) refuse("the store has no leases, which keep how far a run is");
  if (options.segments < 1) refuse("segments is " + std::to_string(options.segments) + "; at least 1");
  if (!(options.events_a_second >= 0)) refuse("events_a_second is below 0; 0 is as fast as it goes");
}

}  // namespace

ScanRun::ScanRun(const PublishedStore& stored, const ReconcileOptions& options, std::string what, PageWork& work)
    : stored_{stored}, options_{options}, what_{std::move(what)}, work_{work}, backoff_{kFirstPause, kLongestPause} {
  check(stored_, options_, what_);
  if (options_.dry_run) return;
  leases_.emplace(*stored_.leases, options_.name + "." + what_,
                  options_.worker.empty() ? detail::node_name() : options_.worker, *options_.clock,
                  options_.lease_expires_after);
}

ReconcileProgress ScanRun::run(const std::stop_token& stop) {
  begin_ = options_.clock->instant();
  rough_ = static_cast<double>(stored_.scan->rough_size());
  if (options_.dry_run) {
    progress_.segments = options_.segments;
    rough_segment_ = rough_ / progress_.segments;
    for (int i = 0; i < options_.segments && !stop.stop_requested(); ++i) {
      if (scan({i, options_.segments, {}}, nullptr, stop) == End::done) progress_.segments_done = i + 1;
    }
  } else {
    const auto begin = [&] { progress_.segments = leases_->begin(options_.segments, options_.afresh); };
    while (!reached(begin, stop) && !stop.stop_requested()) continue;
    run_shared(stop);
  }
  tell();
  return progress_;
}

void ScanRun::run_shared(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Lease> mine;
    if (!reached([&] { mine = leases_->take(); }, stop)) continue;
    progress_.segments_done = leases_->done();
    if (!mine) {
      if (leases_->all_done()) return;
      (void)base::pause_until(*options_.clock, options_.clock->instant() + kLookForWork,
                              stop);  // others have the rest, or died with it
      continue;
    }
    progress_.segments = ScanLeases::segments_of(*mine);  // of another run, when one was begun afresh meanwhile
    rough_segment_ = rough_ / progress_.segments;
    const End end = scan({ScanLeases::number_of(*mine), progress_.segments, mine->checkpoint}, &*mine, stop);
    if (end == End::done) {
      const auto finish = [&] { progress_.segments_done += leases_->finish(*mine) ? 1 : 0; };
      while (!reached(finish, stop) && !stop.stop_requested()) continue;
    }
    if (end == End::stopped) (void)reached([&] { leases_->release(*mine); }, stop);
    if (end == End::lost) {
      work_.forget();
      options_.log->log(LogLevel::warn, what_, "another process took a segment over",
                        {{"segment", std::to_string(ScanLeases::number_of(*mine))}});
    }
  }
}

// Runs a call of the leases. False: they do not answer now, and some time has passed.
bool ScanRun::reached(const std::function<void()>& call, const std::stop_token& stop) {
  try {
    call();
    works_again();
    return true;
  } catch (const Error& error) {
    if (!may_be_a_moment(error)) throw;
    (void)back_off(error, nullptr, stop);
    return false;
  }
}

ScanRun::End ScanRun::scan(ScanPlace place, Lease* mine, const std::stop_token& stop) {
  const std::uint64_t before = progress_.looked_at;
  std::uint64_t settled = before;  // of what was looked at
  std::string settled_place = place.after;
  renewed_ = options_.clock->instant();
  End end = End::stopped;
  while (!stop.stop_requested()) {
    try {
      if (!wait_for_rate(mine, stop)) {
        end = End::lost;
        break;
      }
      ScanPage page = stored_.scan->scan(place);
      // The page before this one was on its way meanwhile.
      if (end = settle(mine, stop); end != End::done) break;
      settled = progress_.looked_at;
      settled_place = place.after;
      if (end = keep(mine, settled_place) ? End::stopped : End::lost; end == End::lost) break;
      const std::uint64_t events = page.events.size();
      const std::string next = page.next;
      work_.take(std::move(page), stop);
      const double looked = static_cast<double>(progress_.looked_at - before + events);
      note(events, rough_segment_ > 0 ? std::min(0.99, looked / rough_segment_) : 0);
      if (next.empty()) {
        end = settle(mine, stop);
        break;
      }
      place.after = next;
    } catch (const Error& error) {
      work_.forget();
      if (!may_be_a_moment(error)) throw;
      if (!back_off(error, mine, stop)) {
        end = stop.stop_requested() ? End::stopped : End::lost;
        break;
      }
      place.after = settled_place;
      progress_.looked_at = settled;
    }
  }
  if (mine != nullptr) mine->checkpoint = settled_place;  // for a release
  return end;
}

ScanRun::End ScanRun::settle(Lease* mine, const std::stop_token& stop) {
  std::uint64_t seen = work_.progress();
  Instant moved = options_.clock->instant();
  for (;;) {
    const Instant now = options_.clock->instant();
    switch (work_.settle(stop, now + std::max<milliseconds>(kShortestWait, options_.lease_expires_after / 4))) {
      case PageWork::Settled::all: works_again(); return End::done;
      case PageWork::Settled::stopped: return End::stopped;
      case PageWork::Settled::not_yet: break;
    }
    if (work_.progress() != seen) {
      seen = work_.progress();
      moved = options_.clock->instant();
    } else if (options_.clock->instant() - moved >= options_.give_up_after) {
      throw Error{Errc::unavailable, what_ + ": nothing was acknowledged for " +
                                         std::to_string(options_.give_up_after.count()) +
                                         " ms; see whether the broker answers, then run it again: it goes on there"};
    }
    if (mine != nullptr && !keep(mine, mine->checkpoint)) return End::lost;
  }
}

// Writes the lease when it is time to. False: another process has it.
bool ScanRun::keep(Lease* mine, const std::string& checkpoint) {
  if (mine == nullptr) return true;
  const Instant instant = options_.clock->instant();
  if (instant - renewed_ < options_.lease_expires_after / 4) return true;
  renewed_ = instant;
  return leases_->keep(*mine, checkpoint);
}

void ScanRun::works_again() {
  failing_since_ = kNever;
  backoff_.reset();
}

// False: a stop, or the lease is gone.
bool ScanRun::back_off(const Error& error, Lease* mine, const std::stop_token& stop) {
  const Instant now = options_.clock->instant();
  if (failing_since_ == kNever) failing_since_ = now;
  if (now - failing_since_ >= options_.give_up_after) throw error;
  if (backoff_.tries() == 0) {
    options_.log->log(LogLevel::warn, what_, "the store or broker does not answer; trying again",
                      {{"cause", error.what()}});
  }
  (void)base::pause_until(*options_.clock, now + backoff_.next(), stop);
  if (stop.stop_requested()) return false;
  try {
    return mine == nullptr || keep(mine, mine->checkpoint);
  } catch (const Error& again) {
    if (!may_be_a_moment(again)) throw;
    return true;  // the next look tells
  }
}

void ScanRun::note(std::uint64_t events, double part_of_segment) {
  scanned_ += events;
  progress_.looked_at += events;
  progress_.part = std::min(1.0, (progress_.segments_done + part_of_segment) / progress_.segments);
  tell();
}

void ScanRun::tell() {
  if (progress_.segments_done == progress_.segments) progress_.part = 1;
  work_.report(progress_);
  if (options_.on_progress) options_.on_progress(progress_);
}

// False: another process has the lease.
bool ScanRun::wait_for_rate(Lease* mine, const std::stop_token& stop) {
  if (options_.events_a_second <= 0) return true;
  const std::chrono::duration<double> due{static_cast<double>(scanned_) / options_.events_a_second};
  const Instant end = begin_ + std::chrono::duration_cast<Instant::duration>(due);
  while (!stop.stop_requested() && options_.clock->instant() < end) {
    const auto slice = std::max<milliseconds>(kShortestWait, options_.lease_expires_after / 4);
    (void)base::pause_until(*options_.clock, std::min(end, options_.clock->instant() + slice), stop);
    if (mine != nullptr && !keep(mine, mine->checkpoint)) return false;
  }
  return true;
}

}  // namespace leftfold::inline v0::runtime
