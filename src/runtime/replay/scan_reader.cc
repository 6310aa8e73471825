// SPDX-License-Identifier: Apache-2.0
// Reads a store in any order, segment by segment.
#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include <leftfold/metadata.h>

#include "runtime/replay/page_reader.h"
#include "runtime/replay/patient.h"

namespace leftfold::inline v0::runtime {
namespace {

// Events that cannot be read become what every handler fails on, as those of a broker do.
EventPage with_unreadable(ScanPage& page) {
  EventPage whole;
  std::size_t next = 0;
  for (std::size_t i = 0; i < page.events.size(); ++i) {
    RecordedEvent event = page.events[i];
    std::string why;
    if (next < page.unreadable.size() && page.unreadable[next].place == i) {
      CommandContext context;
      context.headers["unreadable"] = page.unreadable[next++].why;
      why = to_metadata_json(context);
      event.type = kUnreadable;
      event.metadata = why;
    }
    whole.add(event);
  }
  return whole;
}

class SegmentReader final : public PageReader {
 public:
  SegmentReader(const ReaderContext& context, EventScan& scan, std::vector<ScanMark> marks, std::size_t threads)
      : context_{context},
        scan_{scan},
        marks_{std::move(marks)},
        threads_{std::max<std::size_t>(1, std::min(threads, marks_.size()))},
        left_{threads_} {}

  std::size_t threads() const noexcept override { return threads_; }

  void read(const std::stop_token& halt) override {
    for (std::size_t i = next_++; i < marks_.size(); i = next_++) {
      if (!marks_[i].finished && !read_segment(marks_[i], halt)) return;
    }
    if (--left_ == 0) context_.window.end();
  }

 private:
  bool read_segment(ScanMark mark, const std::stop_token& halt) {
    while (!mark.finished) {
      auto page = std::make_shared<ReplayPage>();
      ScanPage read;
      const ScanPlace place{mark.segment, mark.segments, mark.after};
      if (!patiently(context_.options, halt, "scan", [&] { read = scan_.scan(place); })) return false;
      std::sort(read.unreadable.begin(), read.unreadable.end(),
                [](const UnreadableEvent& a, const UnreadableEvent& b) { return a.place < b.place; });
      mark.after = read.next;
      mark.finished = read.next.empty();
      page->add(read.unreadable.empty() ? std::move(read.events) : with_unreadable(read));
      page->mark = mark;
      if (!context_.pace.wait(page->size, halt)) return false;
      context_.looked_at += page->size;
      if (!context_.window.push(std::move(page), halt)) return false;
    }
    return true;
  }

  const ReaderContext context_;
  EventScan& scan_;
  const std::vector<ScanMark> marks_;
  const std::size_t threads_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> left_;
};

}  // namespace

std::unique_ptr<PageReader> read_segments(const ReaderContext& context, EventScan& scan, std::vector<ScanMark> marks,
                                          std::size_t threads) {
  return std::make_unique<SegmentReader>(context, scan, std::move(marks), threads);
}

}  // namespace leftfold::inline v0::runtime
