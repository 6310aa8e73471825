// SPDX-License-Identifier: Apache-2.0
#include "runtime/resequencer.h"

#include <algorithm>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "runtime/aggregate_cache.h"
#include "runtime/outgoing_events.h"
#include "runtime/publishing.h"

namespace leftfold::inline v0::runtime {

class Resequencer::Impl {
 public:
  Impl(EventStore& store, CursorStore& cursors, EventSink& sink, const ResequencerOptions& options)
      : options_{options},
        cursors_{cursors},
        cache_{options.remembered},
        outgoing_{sink, cache_, counts_},
        publishing_{store, cursors, cache_, outgoing_, counts_, options_},
        metrics_{*options.metrics} {}

  ChangeLane& open_lane() { return *lanes_.emplace_back(std::make_unique<ChangeLane>()); }
  void close_lane(ChangeLane& lane);
  std::size_t take(ChangeLane& lane, const ChangePage& page, const std::stop_token& stop, Instant deadline);
  bool take(ChangeLane& lane, std::string_view sequence, std::string_view aggregate_id, Version version,
            const std::stop_token& stop);
  void settle(const std::stop_token& stop, Instant deadline);
  std::vector<PublishCursor> take_cursors();

  [[nodiscard]] const OutgoingEvents& outgoing() const noexcept { return outgoing_; }
  [[nodiscard]] const StalledAggregates& stalled() const noexcept { return publishing_.stalled(); }
  [[nodiscard]] const ResequencerCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const AggregateCache& cache() const noexcept { return cache_; }

 private:
  template <class F>
  auto guarded(F&& f);
  void find_all(const EventPage& events);
  void load(std::vector<AggregateEntry*>& added);
  std::size_t take_all(ChangeLane& lane, const ChangePage& page, const Until& until);
  void tidy() noexcept;

  const ResequencerOptions options_;
  CursorStore& cursors_;
  ResequencerCounts counts_;
  AggregateCache cache_;
  OutgoingEvents outgoing_;
  Publishing publishing_;
  ResequencerMetrics metrics_;
  std::vector<std::unique_ptr<ChangeLane>> lanes_;
  std::vector<std::unique_ptr<ChangeLane>> closed_;  // until their changes are settled
  std::vector<AggregateEntry*> found_;               // of the events of a page
  std::uint64_t turn_ = 0;                           // which call this is
  bool over_ = false;
};

// Runs one call; after one that threw there is no other.
template <class F>
auto Resequencer::Impl::guarded(F&& f) {
  if (over_) {
    throw Error{Errc::unavailable,
                "this Resequencer ended with a failure; close its sink and begin anew with another one"};
  }
  ++turn_;
  over_ = true;
  struct Tidy {
    Impl& impl;
    ~Tidy() { impl.tidy(); }
  } const tidy{*this};
  if constexpr (std::is_void_v<decltype(f())>) {
    f();
    over_ = false;
  } else {
    auto result = f();
    over_ = false;
    return result;
  }
}

void Resequencer::Impl::tidy() noexcept {
  cache_.trim();
  std::erase_if(closed_, [](const auto& lane) { return lane->open() == 0; });
  counts_.blocked = publishing_.stalled().blocked_count();
  metrics_.show(counts_);
}

void Resequencer::Impl::close_lane(ChangeLane& lane) {
  const auto at = std::find_if(lanes_.begin(), lanes_.end(), [&lane](const auto& one) { return one.get() == &lane; });
  if (at == lanes_.end()) throw Error{Errc::invalid_argument, "this lane is not open in this Resequencer"};
  closed_.push_back(std::move(*at));
  lanes_.erase(at);
  std::erase_if(closed_, [](const auto& one) { return one->open() == 0; });
}

std::size_t Resequencer::Impl::take(ChangeLane& lane, const ChangePage& page, const std::stop_token& stop,
                                    Instant deadline) {
  return guarded([&] {
    find_all(page.events);
    return take_all(lane, page, Until{*options_.clock, stop, deadline});
  });
}

// The aggregates of all events, and the cursors of those that are new in one call.
void Resequencer::Impl::find_all(const EventPage& events) {
  found_.clear();
  found_.reserve(events.size());
  std::vector<AggregateEntry*> added;
  for (const RecordedEvent& event : events) {
    AggregateEntry* entry =
        !found_.empty() && found_.back()->id == event.aggregate_id ? found_.back() : cache_.find(event.aggregate_id);
    if (entry == nullptr) {
      entry = &cache_.add(event.aggregate_id);
      added.push_back(entry);
    }
    found_.push_back(entry);
  }
  if (!added.empty()) load(added);
}

void Resequencer::Impl::load(std::vector<AggregateEntry*>& added) {
  std::vector<std::string_view> ids;
  ids.reserve(added.size());
  for (const AggregateEntry* entry : added) ids.push_back(entry->id);
  const std::vector<Version> published = cursors_.load(ids);
  for (std::size_t i = 0; i < added.size(); ++i) {
    added[i]->acked = added[i]->sent = published.at(i).value();
    added[i]->loaded_in = turn_;
  }
}

std::size_t Resequencer::Impl::take_all(ChangeLane& lane, const ChangePage& page, const Until& until) {
  std::size_t taken = 0;
  for (const Change& change : page.changes) {
    if (until.over()) break;
    OpenChange* open = lane.add(change.sequence, change.events);
    ++taken;
    for (std::size_t i = change.first_event; i < change.first_event + change.events; ++i) {
      const RecordedEvent& event = page.events[i];
      publishing_.deliver(*found_[i], event.version.value(), change.unreadable.empty() ? &event : nullptr, *open, turn_,
                          until);
    }
  }
  return taken;
}

bool Resequencer::Impl::take(ChangeLane& lane, std::string_view sequence, std::string_view aggregate_id,
                             Version version, const std::stop_token& stop) {
  return guarded([&] {
    if (stop.stop_requested()) return false;
    AggregateEntry* entry = cache_.find(aggregate_id);
    if (entry == nullptr) {
      std::vector<AggregateEntry*> added{&cache_.add(aggregate_id)};
      load(added);
      entry = added.front();
    }
    OpenChange* open = lane.add(sequence, 1);
    publishing_.deliver(*entry, version.value(), nullptr, *open, turn_, Until{*options_.clock, stop, kNever});
    return true;
  });
}

void Resequencer::Impl::settle(const std::stop_token& stop, Instant deadline) {
  guarded([&] {
    const Until until{*options_.clock, stop, deadline, true};
    const bool moved = publishing_.retry(turn_, until);
    const Instant wake =
        moved || until.woken ? options_.clock->instant() : std::min(deadline, publishing_.stalled().next());
    outgoing_.receive(stop, wake);
    ++turn_;
    publishing_.retry(turn_, until);
  });
}

std::vector<PublishCursor> Resequencer::Impl::take_cursors() {
  std::vector<PublishCursor> cursors = cache_.take_dirty();
  cache_.trim();
  return cursors;
}

Resequencer::Resequencer(EventStore& store, CursorStore& cursors, EventSink& sink, const ResequencerOptions& options)
    : impl_{std::make_unique<Impl>(store, cursors, sink, options)} {}

Resequencer::~Resequencer() = default;

ChangeLane& Resequencer::open_lane() { return impl_->open_lane(); }

void Resequencer::close_lane(ChangeLane& lane) { impl_->close_lane(lane); }

std::size_t Resequencer::take(ChangeLane& lane, const ChangePage& page, const std::stop_token& stop, Instant deadline) {
  return impl_->take(lane, page, stop, deadline);
}

bool Resequencer::take(ChangeLane& lane, std::string_view sequence, std::string_view aggregate_id, Version version,
                       const std::stop_token& stop) {
  return impl_->take(lane, sequence, aggregate_id, version, stop);
}

void Resequencer::settle(const std::stop_token& stop, Instant deadline) { impl_->settle(stop, deadline); }

std::vector<PublishCursor> Resequencer::take_cursors() { return impl_->take_cursors(); }

std::size_t Resequencer::on_the_way() const noexcept { return impl_->outgoing().count(); }

std::optional<Timestamp> Resequencer::oldest_on_the_way() const noexcept { return impl_->outgoing().oldest(); }

bool Resequencer::at_rest() const noexcept {
  return on_the_way() == 0 && impl_->stalled().count() == impl_->stalled().blocked_count();
}

std::vector<BlockedAggregate> Resequencer::blocked() const { return impl_->stalled().blocked(); }

const ResequencerCounts& Resequencer::counts() const noexcept { return impl_->counts(); }

std::size_t Resequencer::remembered() const noexcept { return impl_->cache().size(); }

}  // namespace leftfold::inline v0::runtime
