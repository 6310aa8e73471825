// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/poll_stream.h"

#include <charconv>
#include <iterator>
#include <string_view>

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::string_view kStream = "poll";
constexpr std::string_view kShard = "all";

// "<reading>:<number>"
std::string sequence_of(std::uint64_t reading, std::uint64_t number) {
  return std::to_string(reading) + ":" + std::to_string(number);
}

void read_number(std::string_view text, std::uint64_t& number) {
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
}

}  // namespace

class PollStream::Reader final : public ShardReader {
 public:
  Reader(PollStream& stream, std::uint64_t reading) : stream_{stream}, reading_{reading} {}

  ChangePage read(std::size_t max) override {
    ChangePage page;
    if (!marked_done_) {
      marked_done_ = true;
      read_marked(page, max);
      if (!page.changes.empty()) return page;
    }
    while (!round_over_ && page.changes.size() < max) {
      ScanPage scanned = stream_.scan_.scan(where_);
      const std::size_t first = page.changes.size();
      for (const RecordedEvent& event : scanned.events) add(page, event);
      for (UnreadableEvent& each : scanned.unreadable) {
        page.changes.at(first + each.place).unreadable = std::move(each.why);
      }
      where_.after = std::move(scanned.next);
      round_over_ = where_.after.empty();
    }
    if (page.changes.empty()) round_over_ = marked_done_ = false;  // the next read begins a round
    return page;
  }

 private:
  void add(ChangePage& page, const RecordedEvent& event) {
    Change& change = page.changes.emplace_back();
    change.sequence = sequence_of(reading_, ++last_);
    change.first_event = page.events.size();
    change.events = 1;
    page.events.add(event);
  }

  void read_marked(ChangePage& page, std::size_t max) {
    if (stream_.outbox_ == nullptr) return;
    const EventPage marked = stream_.outbox_->unpublished(max);
    const std::scoped_lock lock{stream_.mutex_};
    if (stream_.reading_ != reading_) return;  // nothing it brings is taken any more
    for (const RecordedEvent& event : marked) {
      if (!stream_.in_pending_.emplace(event.aggregate_id, event.version).second) continue;
      add(page, event);
      stream_.pending_.push_back({last_, EventCopy{event}});
    }
  }

  PollStream& stream_;
  const std::uint64_t reading_;
  ScanPlace where_;
  std::uint64_t last_ = 0;
  bool marked_done_ = false;
  bool round_over_ = false;
};

ShardList PollStream::shards() { return {std::string{kStream}, {{std::string{kShard}, {}, false}}}; }

std::unique_ptr<ShardReader> PollStream::open(const std::string&, const std::string&, const std::string&) {
  const std::scoped_lock lock{mutex_};
  pending_.clear();
  in_pending_.clear();
  return std::make_unique<Reader>(*this, ++reading_);
}

void PollStream::settled(const std::string& sequence) {
  const std::size_t colon = sequence.find(':');
  if (outbox_ == nullptr || colon == std::string::npos) return;
  std::uint64_t reading = 0;
  std::uint64_t number = 0;
  read_number(std::string_view{sequence}.substr(0, colon), reading);
  read_number(std::string_view{sequence}.substr(colon + 1), number);

  std::vector<Pending> settled;
  {
    const std::scoped_lock lock{mutex_};
    if (reading != reading_) return;
    while (!pending_.empty() && pending_.front().number <= number) {
      settled.push_back(std::move(pending_.front()));
      pending_.pop_front();
    }
  }
  if (settled.empty()) return;
  std::vector<RecordedEvent> events;
  events.reserve(settled.size());
  for (const Pending& one : settled) events.push_back(one.event.view());
  const auto forget = [&] {
    const std::scoped_lock lock{mutex_};
    if (reading != reading_) return;
    for (const Pending& one : settled) in_pending_.erase({one.event.aggregate_id, one.event.version});
  };
  try {
    outbox_->mark_published(events);
  } catch (...) {
    forget();  // they come again, are dropped, and are marked then
    throw;
  }
  forget();
}

}  // namespace leftfold::inline v0::runtime
