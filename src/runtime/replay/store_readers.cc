// SPDX-License-Identifier: Apache-2.0
// Readers of stores that say where an event is.
#include <algorithm>
#include <string>
#include <utility>

#include "runtime/replay/page_reader.h"
#include "runtime/replay/patient.h"

namespace leftfold::inline v0::runtime {
namespace {

class PositionReader final : public PageReader {
 public:
  PositionReader(const ReaderContext& context, EventStore& store, Position after, Position to, std::size_t threads)
      : context_{context},
        store_{store},
        after_{after.value()},
        to_{to.value()},
        batch_{static_cast<std::int64_t>(context.pace.page(context.options.batch))},
        pages_{to_ > after_ ? static_cast<std::uint64_t>((to_ - after_ + batch_ - 1) / batch_) : 0},
        threads_{std::max<std::size_t>(1, std::min<std::size_t>(threads, pages_))} {
    context_.window.end_at(pages_);
  }

  std::size_t threads() const noexcept override { return threads_; }

  void read(const std::stop_token& halt) override {
    for (std::uint64_t number = next_++; number < pages_; number = next_++) {
      if (!context_.window.wait_for_room(number, halt)) return;
      const std::int64_t first = after_ + static_cast<std::int64_t>(number) * batch_;
      const std::int64_t last = std::min(to_, first + batch_);
      if (!context_.pace.wait(static_cast<std::size_t>(last - first), halt)) return;
      auto page = std::make_shared<ReplayPage>();
      if (!patiently(context_.options, halt, "read events", [&] { fill(*page, first, last); })) return;
      context_.looked_at += page->size;
      context_.window.put(number, std::move(page));
    }
  }

 private:
  // A page of the store may end early, and go beyond `last` when there are positions without an event. Begins anew when
  // an earlier try failed in the middle.
  void fill(ReplayPage& page, std::int64_t first, std::int64_t last) {
    page = {};
    while (first < last) {
      EventPage read = store_.read_all(Position{first}, static_cast<std::size_t>(last - first));
      if (read.empty()) return;
      const auto mine = static_cast<std::size_t>(
          std::partition_point(read.begin(), read.end(),
                               [&](const RecordedEvent& e) { return e.position.value() <= last; }) -
          read.begin());
      const bool end = read.at_end() || mine < read.size();
      first = read.back().position.value();
      page.add(std::move(read), mine);
      if (end) return;
    }
  }

  const ReaderContext context_;
  EventStore& store_;
  const std::int64_t after_;
  const std::int64_t to_;
  const std::int64_t batch_;
  const std::uint64_t pages_;
  const std::size_t threads_;
  std::atomic<std::uint64_t> next_{0};
};

class AggregateReader final : public PageReader {
 public:
  AggregateReader(const ReaderContext& context, EventStore& store) : context_{context}, store_{store} {}

  void read(const std::stop_token& halt) override {
    const std::size_t batch = context_.pace.page(context_.options.batch);
    for (const std::string& aggregate : context_.options.aggregates) {
      Version from{0};
      for (bool more = true; more;) {
        if (!context_.pace.wait(batch, halt)) return;
        auto page = std::make_shared<ReplayPage>();
        const auto read_page = [&] {
          EventPage read = store_.read_stream(aggregate, from, batch);
          more = !read.at_end() && !read.empty();
          if (!read.empty()) from = read.back().version.next();
          page->add(std::move(read));
        };
        if (!patiently(context_.options, halt, "read events", read_page)) return;
        context_.looked_at += page->size;
        if (!context_.window.push(std::move(page), halt)) return;
      }
    }
    context_.window.end();
  }

 private:
  const ReaderContext context_;
  EventStore& store_;
};

}  // namespace

std::unique_ptr<PageReader> read_positions(const ReaderContext& context, EventStore& store, Position after, Position to,
                                           std::size_t threads) {
  return std::make_unique<PositionReader>(context, store, after, to, threads);
}

std::unique_ptr<PageReader> read_aggregates(const ReaderContext& context, EventStore& store) {
  return std::make_unique<AggregateReader>(context, store);
}

}  // namespace leftfold::inline v0::runtime
