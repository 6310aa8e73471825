// SPDX-License-Identifier: Apache-2.0
#include <leftfold/replay.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <thread>

#include <leftfold/error.h>

#include "resilience/option_checks.h"
#include "runtime/checkpoint_name.h"
#include "runtime/event_run.h"
#include "runtime/handler_failed.h"
#include "runtime/replay/count_target.h"
#include "runtime/replay/direct_target.h"
#include "runtime/replay/gated_target.h"
#include "runtime/replay/page_reader.h"
#include "runtime/replay/patient.h"
#include "runtime/replay/replay_metrics.h"
#include "runtime/replay/replay_range.h"
#include "runtime/replay/shadow_build.h"
#include "runtime/thread_name.h"

namespace leftfold::inline v0 {

using runtime::CountTarget;
using runtime::GatedTarget;
using runtime::MemoryTarget;
using runtime::PageReader;
using runtime::PageWindow;
using runtime::PartialTarget;
using runtime::ProjectorTally;
using runtime::ReplayTarget;

namespace {

constexpr std::size_t kRoom = 8;  // pages between the readers and the slowest projector

[[noreturn]] void refuse(const std::string& what) { throw Error{Errc::invalid_argument, "replay: " + what}; }

void check(const ReplaySource& source, const ReplayOptions& options) {
  if (options.batch == 0) refuse("batch is 0; at least 1 event");
  if (!(options.events_a_second >= 0)) refuse("events_a_second is below 0; 0 is as fast as it goes");
  if (options.group.empty()) refuse("group is empty; dead letters are kept under it");
  if (options.patience < options.patience.zero()) refuse("patience is negative");
  if (options.patience > detail::kLongestOption) refuse("patience is over 365 days");
  if (options.from < Position::start() || options.to < Position::start()) refuse("a position is below 0");
  if (options.to != Position::start() && options.from > options.to) refuse("`from` comes after `to`");
  if (options.since && options.until && *options.since >= *options.until) refuse("`since` is not before `until`");
  if (source.segments() < 1) refuse("a scan needs at least 1 segment");
  const bool positions = options.from != Position::start() || options.to != Position::start();
  if (positions && source.scan() != nullptr) refuse("a scan has no positions; choose by time, type or aggregate");
  if (positions && source.feed() != nullptr) refuse("from and to are positions of a store, and a broker has others");
  if (options.until && source.scan() == nullptr && source.feed() != nullptr) {
    refuse("until is for a store; a broker is read up to its head");
  }
  if (!options.aggregates.empty() && source.store() == nullptr) refuse("aggregates are read from a store");
  if (options.live != nullptr && source.scan() == nullptr)
    refuse("live is for a scan; other sources say where they end");
  if (options.on_error == OnReplayError::park && options.dead_letters == nullptr && !options.dry_run) {
    refuse("OnReplayError::park needs ReplayOptions::dead_letters");
  }
}

std::vector<Position> heads_of(EventFeed& feed) {
  std::vector<Position> heads;
  for (std::int32_t partition = 0; partition < feed.partitions(); ++partition) heads.push_back(feed.head(partition));
  return heads;
}

// Of each partition: up to where its events are gone from the broker.
std::vector<Position> begins_of(EventFeed& feed, const std::string& name, std::size_t partitions) {
  std::vector<Position> begins;
  for (const Progress& each : feed.progress(name)) begins.push_back(each.begin);
  begins.resize(partitions, Position::start());
  return begins;
}

}  // namespace

ReplaySource ReplaySource::scan(EventScan& scan, EventStore& store, int segments) {
  ReplaySource source;
  source.store_ = &store;
  source.scan_ = &scan;
  source.segments_ = segments;
  return source;
}

ReplaySource ReplaySource::feed(EventFeed& feed) {
  ReplaySource source;
  source.feed_ = &feed;
  return source;
}

double ReplayProgress::part() const noexcept {
  if (complete) return 1;
  if (expected == 0) return 0;
  return std::min(0.999, static_cast<double>(looked_at) / static_cast<double>(expected));
}

class Replay::Impl {
 public:
  Impl(ReplaySource source, ReplayOptions options) : source_{source}, options_{std::move(options)}, filter_{options_} {
    check(source_, options_);
    if (options_.threads == 0) options_.threads = std::max(1U, std::thread::hardware_concurrency());
    context_.by_version = source_.scan() != nullptr || (source_.feed() != nullptr && source_.feed()->may_repeat());
    context_.store = source_.scan() != nullptr ? source_.store() : nullptr;
  }

  void add(detail::HandlerEntry entry);
  ReplayProgress run(const std::stop_token& stop);
  [[nodiscard]] ReplayProgress progress() const;
  [[nodiscard]] std::vector<ShadowComparison> compare(std::size_t most, const std::stop_token& stop);
  void swap(const std::stop_token& stop);
  void discard();

 private:
  struct Projector {
    detail::HandlerEntry entry;
    ProjectorTally tally;
    std::unique_ptr<runtime::ShadowBuild> shadow;
    GatedTarget* built = nullptr;  // the shadow's
  };

  [[nodiscard]] bool by_position() const {
    return source_.scan() == nullptr && source_.feed() == nullptr && options_.aggregates.empty();
  }
  void check_built() const;
  void make_targets();
  [[nodiscard]] bool all_targets(void (ReplayTarget::*step)(), const std::stop_token& stop);
  void make_targets(Projector& projector, const std::vector<Position>& begins_at);
  [[nodiscard]] std::unique_ptr<PageReader> make_reader(const runtime::ReaderContext& context);
  [[nodiscard]] std::vector<runtime::ScanMark> marks() const;
  void work(PageReader& reader, PageWindow& window, const std::stop_token& stop);

  const ReplaySource source_;
  ReplayOptions options_;
  const runtime::EventFilter filter_;
  runtime::FirstError first_error_;
  runtime::TargetContext context_{options_, filter_, first_error_};
  std::deque<Projector> projectors_;
  std::vector<std::unique_ptr<ReplayTarget>> targets_;
  CountTarget* counts_ = nullptr;  // of a dry run: its only target
  runtime::ReplayRange range_;
  std::vector<Position> heads_;   // of a feed
  std::vector<Position> begins_;  // of a feed: what is up to there never comes
  std::atomic<bool> claimed_{false};
  std::atomic<std::uint64_t> looked_at_{0};
  std::atomic<std::uint64_t> expected_{0};
  std::atomic<bool> complete_{false};
};

void Replay::Impl::add(detail::HandlerEntry entry) {
  if (claimed_) refuse("add every projector before run()");
  const std::string name = entry.options.name.empty() ? std::string{entry.default_name} : entry.options.name;
  for (const Projector& other : projectors_) {
    if (other.tally.name == name) refuse("two projectors are named " + name + "; give one of them another name");
    if (other.entry.handler == entry.handler) refuse("projector " + name + " was added twice");
  }
  if (entry.read_model != nullptr) {
    if (const std::string why = detail::refused_name(name); !why.empty()) refuse(why);
  }
  const bool whole = filter_.is_whole_for(entry.table) && !(source_.scan() != nullptr && options_.until);
  if (options_.on_error == OnReplayError::park && (entry.read_model == nullptr || !whole)) {
    refuse("projector " + name + " cannot park: " +
           (entry.read_model == nullptr ? "its table is in memory" : "only some of its events are chosen") +
           "; use OnReplayError::stop or skip");
  }
  if (options_.into == ReplayInto::shadow && (entry.read_model == nullptr || !whole)) {
    refuse("projector " + name + " has no shadow: " +
           (entry.read_model == nullptr ? "its table is in memory" : "only some of its events are chosen") +
           "; replay it in place");
  }
  if (options_.resume && entry.read_model != nullptr && !whole && !by_position()) {
    refuse("projector " + name + ": chosen events without an order cannot be resumed without repeating some");
  }
  Projector& added = projectors_.emplace_back();
  added.entry = std::move(entry);
  added.tally.name = name;
  added.tally.whole = whole;
}

// Every projector's targets, each on a thread of its own.
void Replay::Impl::make_targets() {
  if (options_.dry_run) {
    auto counts = std::make_unique<CountTarget>(context_);
    counts_ = counts.get();
    targets_.push_back(std::move(counts));
    return;
  }
  std::vector<Position> begins_at;
  if (options_.live != nullptr) begins_at = heads_of(*options_.live);  // before the scan begins
  if (source_.feed() != nullptr) {
    begins_at.assign(heads_.size(), Position::start());
    context_.begins_anywhere =
        std::any_of(begins_.begin(), begins_.end(), [](Position each) { return each != Position::start(); });
    if (context_.begins_anywhere) {
      options_.log->log(LogLevel::warn, "replay",
                        "the broker does not keep its first events any more: tables will lack what came of them; "
                        "replay from the store to have all",
                        {{"group", options_.group}});
    }
  }
  for (Projector& projector : projectors_) make_targets(projector, begins_at);
}

void Replay::Impl::make_targets(Projector& projector, const std::vector<Position>& begins_at) {
  detail::HandlerEntry& entry = projector.entry;
  ProjectorTally& tally = projector.tally;
  if (entry.read_model != nullptr && tally.whole) {
    ReadModel* model = entry.read_model;
    if (options_.into == ReplayInto::shadow) {
      EventStore* const ordered = by_position() ? source_.store() : nullptr;
      projector.shadow = std::make_unique<runtime::ShadowBuild>(context_, *model, tally.name, ordered);
      model = &projector.shadow->model();
    }
    auto target = std::make_unique<GatedTarget>(context_, entry, *model, tally, begins_at);
    if (projector.shadow) {
      projector.built = target.get();
      target->end_at(projector.shadow->ends_at());
    }
    targets_.push_back(std::move(target));
  } else if (entry.read_model != nullptr) {
    targets_.push_back(std::make_unique<PartialTarget>(context_, entry, tally));
  } else {
    if (tally.whole) {
      detail::HandledSignal nobody;
      detail::reset(*runtime::handler_of(entry, tally.name, options_, nobody));
    }
    const std::size_t lanes = entry.table.is_const() ? options_.threads : 1;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      targets_.push_back(std::make_unique<MemoryTarget>(context_, entry, tally, lane, lanes));
    }
  }
}

std::unique_ptr<PageReader> Replay::Impl::make_reader(const runtime::ReaderContext& context) {
  if (source_.scan() != nullptr && options_.aggregates.empty()) {
    expected_ = source_.scan()->rough_size();
    return runtime::read_segments(context, *source_.scan(), marks(), options_.threads);
  }
  if (source_.feed() != nullptr) {
    std::vector<Position> begin(heads_.size());
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      Position least = heads_[i];
      for (const auto& target : targets_) {
        const auto* gated = dynamic_cast<const GatedTarget*>(target.get());
        least = std::min(least, gated != nullptr ? gated->done(static_cast<std::int32_t>(i)) : Position::start());
      }
      least = std::max(least, std::min(begins_[i], heads_[i]));
      begin[i] = least;
      expected_ += static_cast<std::uint64_t>(heads_[i].value() - least.value());
    }
    return runtime::read_feed(context, *source_.feed(), std::move(begin), heads_);
  }
  if (!options_.aggregates.empty()) return runtime::read_aggregates(context, *source_.store());
  if (options_.into == ReplayInto::shadow && !options_.dry_run) {  // no further than the tables in use
    Position last = Position::start();
    for (const Projector& each : projectors_) last = std::max(last, each.shadow->ends_at().value_or(range_.to));
    range_.to = std::min(range_.to, last);
  }
  Position least = range_.to;
  for (const auto& target : targets_) least = std::min(least, target->done());
  const Position after = std::max(range_.after, least);
  expected_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, range_.to.value() - after.value()));
  return runtime::read_positions(context, *source_.store(), after, range_.to, options_.threads);
}

// Where each segment goes on: at its mark where all targets have the same, else at its beginning, and the version gates
// drop what is there already.
std::vector<runtime::ScanMark> Replay::Impl::marks() const {
  std::vector<runtime::ScanMark> all;
  for (int segment = 0; segment < source_.segments(); ++segment)
    all.push_back({segment, source_.segments(), {}, false});
  for (runtime::ScanMark& mark : all) {
    bool first = true;
    for (const auto& target : targets_) {
      runtime::ScanMark own{mark.segment, mark.segments, {}, false};
      for (const runtime::ScanMark& each : target->marks()) {
        if (each.segment == mark.segment && each.segments == mark.segments) own = each;
      }
      if (first) {
        mark = own;
      } else if (own.after != mark.after || own.finished != mark.finished) {
        mark = {mark.segment, mark.segments, {}, false};
        break;
      }
      first = false;
    }
  }
  return all;
}

// Others, such as a Runner on the same projector, may commit at the same moment. False: the stop came first.
bool Replay::Impl::all_targets(void (ReplayTarget::*step)(), const std::stop_token& stop) {
  return std::all_of(targets_.begin(), targets_.end(), [&](const auto& target) {
    return runtime::patiently(options_, stop, "read model", [&] { ((*target).*step)(); });
  });
}

ReplayProgress Replay::Impl::run(const std::stop_token& stop) {
  if (claimed_.exchange(true)) refuse("run() is for once; make another Replay");
  if (projectors_.empty()) refuse("there is no projector; add() one");
  if (by_position()) range_ = runtime::range_of(options_, *source_.store());
  if (source_.feed() != nullptr) {
    heads_ = heads_of(*source_.feed());
    begins_ = begins_of(*source_.feed(), options_.group + ".replay", heads_.size());
  }
  make_targets();
  std::optional<runtime::ReplayMetrics> shown;
  if (!options_.dry_run) shown.emplace(*options_.metrics, [this] { return progress(); });
  if (!all_targets(&ReplayTarget::begin, stop)) return progress();
  // Once more: what a Runner handled until its tables were emptied is gone from them, and it may have nothing to do now
  // that would show it.
  if (by_position()) range_ = runtime::range_of(options_, *source_.store());
  if (source_.feed() != nullptr) {
    heads_ = heads_of(*source_.feed());
    begins_.resize(heads_.size(), Position::start());  // a partition may have been added
  }
  PageWindow window{kRoom + options_.threads, targets_.size()};
  runtime::Pace pace{options_.events_a_second, *options_.clock};
  const auto reader = make_reader({options_, pace, window, looked_at_});
  work(*reader, window, stop);
  if (const std::exception_ptr failure = window.failure()) std::rethrow_exception(failure);
  if (!stop.stop_requested() && window.all_taken()) {
    complete_ = all_targets(&ReplayTarget::finish, stop);
  }
  return progress();
}

void Replay::Impl::work(PageReader& reader, PageWindow& window, const std::stop_token& stop) {
  std::stop_source halt;
  const std::stop_callback with_run{stop, [&halt] { halt.request_stop(); }};
  const auto guarded = [&window, &halt](const char* name, auto&& body) {
    detail::name_this_thread(name);
    try {
      body();
    } catch (...) {
      window.fail(std::current_exception());
      halt.request_stop();
    }
  };
  const std::stop_token token = halt.get_token();
  std::vector<std::jthread> threads;
  const auto start = [&](const char* name, const auto& body) {
    threads.emplace_back([&guarded, name, body] { guarded(name, body); });
  };
  try {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      ReplayTarget& target = *targets_[i];
      start("lf:replay", [&window, &target, i, token] {
        while (const PageWindow::Page page = window.take(i, token)) target.handle(*page, token);
      });
    }
    for (std::size_t i = 0; i < reader.threads(); ++i) start("lf:read", [&reader, token] { reader.read(token); });
  } catch (...) {  // no thread to be had
    window.fail(std::current_exception());
    halt.request_stop();
  }
}

void Replay::Impl::check_built() const {
  if (options_.into != ReplayInto::shadow || options_.dry_run)
    refuse("it did not build shadows: ReplayInto::shadow does");
  if (!complete_) refuse("the shadows are not complete; run() it to its end first");
}

std::vector<ShadowComparison> Replay::Impl::compare(std::size_t most, const std::stop_token& stop) {
  check_built();
  std::vector<ShadowComparison> all;
  for (Projector& each : projectors_) {
    if (!each.shadow) refuse("projector " + each.tally.name + " was swapped in already; compare before swap()");
    all.push_back(each.shadow->compare(*each.built, most, stop));
  }
  return all;
}

void Replay::Impl::swap(const std::stop_token& stop) {  // NOLINT(bugprone-exception-escape): of tables, not of values
  check_built();
  for (Projector& each : projectors_) {
    if (!each.shadow) continue;  // by an earlier call, which failed at a later projector
    each.shadow->swap(*each.built, stop);
    options_.log->log(LogLevel::info, "replay", "the new tables are in use; the old ones are kept",
                      {{"projector", each.tally.name}});
    const std::unique_ptr<runtime::ShadowBuild> swapped = std::move(each.shadow);
    each.built = nullptr;
    try {
      swapped->discard();
    } catch (const Error& error) {  // the swap stands; the next replay of the projector removes it
      options_.log->log(LogLevel::warn, "replay", "what is left of the shadow cannot be removed",
                        {{"projector", each.tally.name}, {"cause", error.what()}});
    }
  }
  complete_ = false;  // nothing is left to swap
}

void Replay::Impl::discard() {
  for (Projector& each : projectors_) {
    if (!each.shadow) continue;
    each.shadow->discard();
    each.shadow.reset();
    each.built = nullptr;
  }
  complete_ = false;
}

ReplayProgress Replay::Impl::progress() const {
  ReplayProgress now;
  now.looked_at = looked_at_;
  now.expected = expected_;
  now.complete = complete_;
  now.first_error = first_error_.text();
  for (const Projector& each : projectors_) {
    ReplayProgress::Projector& projector = now.projectors.emplace_back();
    projector.name = each.tally.name;
    projector.whole = each.tally.whole;
    projector.handled = each.tally.handled;
    projector.skipped = each.tally.skipped;
    projector.parked = each.tally.parked;
    projector.done = Position{each.tally.done};
    if (complete_ && counts_ != nullptr) projector.handled = counts_->of(each.entry.table);
  }
  if (complete_ && counts_ != nullptr) now.types = counts_->types();
  return now;
}

Replay::Replay(ReplaySource source, ReplayOptions options)
    : impl_{std::make_unique<Impl>(source, std::move(options))} {}
Replay::~Replay() = default;

void Replay::add_entry(detail::HandlerEntry entry) { impl_->add(std::move(entry)); }
ReplayProgress Replay::run(const std::stop_token& stop) { return impl_->run(stop); }
ReplayProgress Replay::progress() const { return impl_->progress(); }
std::vector<ShadowComparison> Replay::compare(std::size_t most, const std::stop_token& stop) {
  return impl_->compare(most, stop);
}
// NOLINTNEXTLINE(bugprone-exception-escape): of tables, not of values
void Replay::swap(const std::stop_token& stop) { impl_->swap(stop); }
void Replay::discard() { impl_->discard(); }

}  // namespace leftfold::inline v0
