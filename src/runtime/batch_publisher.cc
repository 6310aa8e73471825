// SPDX-License-Identifier: Apache-2.0
#include <leftfold/batch_publisher.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include <leftfold/cursor_store.h>
#include <leftfold/error.h>

#include "runtime/sorter_session.h"

namespace leftfold::inline v0 {
namespace {

/// How many changes lie before the oldest open one.
std::size_t done_of(const ChangePage& page, std::size_t taken, const runtime::ChangeLane& lane) {
  if (lane.open() == 0) return taken;
  const std::string_view oldest = lane.oldest_open();
  const auto begin = page.changes.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(taken);
  return static_cast<std::size_t>(
      std::find_if(begin, end, [oldest](const Change& change) { return change.sequence == oldest; }) - begin);
}

}  // namespace

class BatchPublisher::Impl {
 public:
  Impl(PublishedStore stored, OpenSink open_sink, BatchPublisherOptions options)
      : stored_{stored}, open_sink_{std::move(open_sink)}, options_{options} {
    if (stored_.events == nullptr || stored_.cursors == nullptr || !open_sink_) {
      throw Error{Errc::invalid_argument,
                  "a BatchPublisher needs a store of events, its cursors and a way to a broker"};
    }
  }
  ~Impl() { end(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::size_t publish(const ChangePage& page, Instant deadline) {
    try {
      if (!session_) begin();
      return publish_by(page, deadline);
    } catch (...) {
      end();
      throw;
    }
  }

 private:
  void begin() { session_.emplace(stored_, open_sink_, runtime::resequencer_options(options_)); }

  std::size_t publish_by(const ChangePage& page, Instant deadline) {
    const std::stop_token never;
    runtime::Resequencer& sorter = session_->sorter();
    runtime::ChangeLane& lane = sorter.open_lane();
    const std::size_t taken = sorter.take(lane, page, never, deadline);
    while (lane.open() > 0 && !sorter.at_rest() && options_.clock->instant() < deadline) {
      sorter.settle(never, deadline);
    }
    const std::size_t done = done_of(page, taken, lane);
    store_cursors();
    // What is on the way must not go out after this, and what waits would add up, batch by batch.
    if (done < page.changes.size() || !sorter.at_rest()) end();
    else sorter.close_lane(lane);
    return done;
  }

  void store_cursors() {
    const std::vector<PublishCursor> cursors = session_->sorter().take_cursors();
    if (cursors.empty()) return;
    try {
      stored_.cursors->advance(cursors);
    } catch (const Error& error) {
      options_.log->log(LogLevel::warn, "publisher", "cursors were not stored: some events will be sent twice",
                        {{"cause", error.what()}});
    }
  }

  void end() noexcept {
    if (!session_) return;
    session_->close(options_.clock->instant(), "publisher");
    session_.reset();
  }

  const PublishedStore stored_;
  const OpenSink open_sink_;
  const BatchPublisherOptions options_;
  std::optional<runtime::SorterSession> session_;
};

BatchPublisher::BatchPublisher(PublishedStore stored, OpenSink open_sink, BatchPublisherOptions options)
    : impl_{std::make_unique<Impl>(stored, std::move(open_sink), options)} {}
BatchPublisher::~BatchPublisher() = default;

std::size_t BatchPublisher::publish(const ChangePage& page, Instant deadline) { return impl_->publish(page, deadline); }

}  // namespace leftfold::inline v0
