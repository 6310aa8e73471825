// SPDX-License-Identifier: Apache-2.0
#include "cli/event_walk.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "runtime/replay/replay_range.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

Version last_version(EventStore& store, std::string_view stream) {
  const auto has = [&](std::int64_t version) { return !store.read_stream(stream, Version{version}, 1).empty(); };
  if (!has(0)) return Version::none();
  std::int64_t there = 0;
  std::int64_t missing = 1;
  for (; has(missing); missing *= 2) there = missing;
  while (there + 1 < missing) {
    const std::int64_t middle = there + (missing - there) / 2;
    (has(middle) ? there : missing) = middle;
  }
  return Version{there};
}

EventWalk::EventWalk(EventStore& store, EventScan* scan, std::stop_token stop)
    : store_{store}, scan_{scan}, stop_{std::move(stop)} {}

bool EventWalk::run(const EventChoice& choice, const Take& take) {
  looked_at_ = 0;
  unreadable_ = 0;
  if (!choice.stream.empty()) return one_stream(choice, take);
  return scan_ != nullptr ? scan(choice, take) : all(choice, take);
}

double EventWalk::part() const noexcept {
  if (expected_ == 0) return 0;
  return std::min(1.0, static_cast<double>(looked_at_) / static_cast<double>(expected_));
}

bool EventWalk::all(const EventChoice& choice, const Take& take) {
  const Position head = store_.head();
  std::int64_t first = choice.from.begin(1, head.value());
  std::int64_t last = choice.to.finish(1, head.value());
  if ((choice.since || choice.until) && store_.is_in_time_order()) {  // else the choice alone knows the times
    if (choice.since) first = std::max(first, runtime::last_before(store_, *choice.since, head).value() + 1);
    if (choice.until) last = std::min(last, runtime::last_before(store_, *choice.until, head).value());
  }
  return choice.reverse ? backward(first, last, choice, take) : forward(first, last, choice, take);
}

bool EventWalk::one_stream(const EventChoice& choice, const Take& take) {
  std::int64_t last = INT64_MAX - 1;  // wherever it ends
  if (choice.reverse || choice.from.needs_end() || choice.to.kind == EventPlace::Kind::before_last) {
    last = last_version(store_, choice.stream).value();
  }
  const std::int64_t first = choice.from.begin(0, last);
  last = choice.to.finish(0, last);
  return choice.reverse ? backward(first, last, choice, take) : forward(first, last, choice, take);
}

std::int64_t EventWalk::number_of(const RecordedEvent& event, const EventChoice& choice) noexcept {
  return choice.stream.empty() ? event.position.value() : event.version.value();
}

EventPage EventWalk::page_from(std::int64_t first, std::size_t most, const EventChoice& choice) {
  if (choice.stream.empty()) return store_.read_all(Position{first - 1}, most);
  return store_.read_stream(choice.stream, Version{first}, most);
}

EventWalk::Went EventWalk::give(const EventPage& page, bool reverse, const EventChoice& choice, const Take& take,
                                std::int64_t first, std::int64_t last) {
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (stop_.stop_requested()) return Went::stopped;
    const RecordedEvent& event = page[reverse ? page.size() - 1 - i : i];
    const std::int64_t number = number_of(event, choice);
    if (number < first || number > last) continue;
    ++looked_at_;
    if (choice.wants(event) && !take(event)) return Went::ended;
  }
  if (page_read_) page_read_();
  return Went::on;
}

bool EventWalk::forward(std::int64_t first, std::int64_t last, const EventChoice& choice, const Take& take) {
  if (choice.stream.empty()) expected_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, last - first + 1));
  for (std::int64_t next = first; next <= last;) {
    if (stop_.stop_requested()) return false;
    const auto most = static_cast<std::size_t>(std::min<std::int64_t>(last - next + 1, kPage));
    const EventPage page = page_from(next, most, choice);
    if (page.empty()) return true;
    const Went went = give(page, false, choice, take, next, last);
    if (went != Went::on) return went == Went::ended;
    if (page.at_end()) return true;
    next = number_of(page.back(), choice) + 1;
  }
  return true;
}

/// A store reads forward only: a window before what was given is read, and of it the page at its end, which is whole
/// unless its events are large.
bool EventWalk::backward(std::int64_t first, std::int64_t last, const EventChoice& choice, const Take& take) {
  expected_ = static_cast<std::uint64_t>(std::max<std::int64_t>(0, last - first + 1));
  while (last >= first) {
    std::int64_t begin = std::max(first, last - static_cast<std::int64_t>(kPage) + 1);
    EventPage page;
    for (;;) {
      if (stop_.stop_requested()) return false;
      page = page_from(begin, static_cast<std::size_t>(last - begin + 1), choice);
      if (page.empty() || page.at_end() || number_of(page.back(), choice) >= last) break;
      begin = number_of(page.back(), choice) + 1;
    }
    const Went went = give(page, true, choice, take, begin, last);
    if (went != Went::on) return went == Went::ended;
    last = begin - 1;
  }
  return true;
}

bool EventWalk::scan(const EventChoice& choice, const Take& take) {
  if (choice.reverse || choice.from.kind != EventPlace::Kind::start || choice.to.kind != EventPlace::Kind::end) {
    throw Error{Errc::unsupported,
                "this store has no order over all streams, so --from, --to and --reverse mean nothing in it; name a "
                "stream, or choose by --since and --until"};
  }
  expected_ = scan_->rough_size();
  for (ScanPlace place;;) {
    if (stop_.stop_requested()) return false;
    const ScanPage page = scan_->scan(place);
    auto bad = page.unreadable.begin();
    for (std::size_t i = 0; i < page.events.size(); ++i) {
      if (stop_.stop_requested()) return false;
      ++looked_at_;
      if (bad != page.unreadable.end() && bad->place == i) {
        ++unreadable_;
        if (unreadable_call_) unreadable_call_(page.events[i], bad->why);
        ++bad;
      } else if (choice.wants(page.events[i]) && !take(page.events[i])) {
        return true;
      }
    }
    if (page_read_) page_read_();
    if (page.next.empty()) return true;
    place.after = page.next;
  }
}

}  // namespace leftfold::inline v0::cli
