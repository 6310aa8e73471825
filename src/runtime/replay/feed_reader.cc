// SPDX-License-Identifier: Apache-2.0
// Reads a broker up to where it stood when the replay began.
#include <algorithm>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "runtime/replay/page_reader.h"
#include "runtime/replay/patient.h"

namespace leftfold::inline v0::runtime {
namespace {

class FeedReader final : public PageReader {
 public:
  FeedReader(const ReaderContext& context, EventFeed& feed, std::vector<Position> begin, std::vector<Position> heads)
      : context_{context}, feed_{feed}, done_{std::move(begin)}, heads_{std::move(heads)} {}

  void read(const std::stop_token& halt) override {
    SubscriptionOptions options;
    options.name = context_.options.group + ".replay";
    options.kind = SubscriptionKind::local;
    const std::unique_ptr<Subscription> subscription = feed_.subscribe(options);
    const std::size_t batch = context_.pace.page(context_.options.batch);
    Clock& clock = *context_.options.clock;
    Instant moved = clock.instant();
    while (!at_heads()) {
      if (!context_.pace.wait(batch, halt)) return;
      Taken taken;
      const auto take = [&] { taken = subscription->take(batch, halt, moved + context_.options.patience); };
      if (!patiently(context_.options, halt, "take events", take) || halt.stop_requested()) return;
      for (const Assignment& each : taken.assigned) {
        const auto partition = static_cast<std::size_t>(each.partition);
        if (partition < done_.size() && done_[partition] != each.checkpoint)
          subscription->seek(each.partition, each.epoch, done_[partition]);
      }
      const bool brought = !taken.assigned.empty() || !taken.events.empty();
      if (!brought && clock.instant() >= moved + context_.options.patience) give_up();
      if (!hand_over(std::move(taken.events), halt)) return;
      if (brought) moved = clock.instant();  // for how long projectors took says nothing of the broker
    }
    context_.window.end();
  }

 private:
  [[nodiscard]] bool at_heads() const {
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (done_[i] < heads_[i]) return false;
    }
    return true;
  }

  bool hand_over(EventPage events, const std::stop_token& halt) {
    if (events.empty()) return true;
    auto page = std::make_shared<ReplayPage>();
    page->memory.push_back(std::move(events));
    const std::span<const RecordedEvent> all = page->memory.back().events();
    // What came after the replay began is not its business: runs of what did not.
    for (std::size_t i = 0, first = 0; i <= all.size(); ++i) {
      if (i < all.size() && wanted(all[i])) continue;
      if (i > first) page->runs.push_back(all.subspan(first, i - first));
      page->size += i - first;
      first = i + 1;
    }
    context_.looked_at += page->size;
    return page->size == 0 || context_.window.push(std::move(page), halt);
  }

  bool wanted(const RecordedEvent& event) {
    const auto partition = static_cast<std::size_t>(event.partition);
    if (partition >= done_.size() || event.position <= done_[partition]) return false;
    done_[partition] = std::max(done_[partition], std::min(event.position, heads_[partition]));
    return event.position <= heads_[partition];
  }

  [[noreturn]] void give_up() const {
    std::string where;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (done_[i] < heads_[i]) {
        where += " partition " + std::to_string(i) + " is at " + std::to_string(done_[i].value()) + " of " +
                 std::to_string(heads_[i].value()) + ";";
      }
    }
    throw Error{Errc::unavailable, "replay: the feed brought no event for " +
                                       std::to_string(context_.options.patience.count()) + " ms:" + where +
                                       " see whether the broker answers, then run it again with resume"};
  }

  const ReaderContext context_;
  EventFeed& feed_;
  std::vector<Position> done_;
  const std::vector<Position> heads_;
};

}  // namespace

std::unique_ptr<PageReader> read_feed(const ReaderContext& context, EventFeed& feed, std::vector<Position> begin,
                                      std::vector<Position> heads) {
  return std::make_unique<FeedReader>(context, feed, std::move(begin), std::move(heads));
}

}  // namespace leftfold::inline v0::runtime
