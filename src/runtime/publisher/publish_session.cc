// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/publish_session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <leftfold/error.h>

#include "runtime/publisher/retention.h"
#include "runtime/sorter_session.h"

namespace leftfold::inline v0::runtime {
PublishSession::PublishSession(const PublishedStore& stored, std::unique_ptr<EventSink> sink,
                               const PublisherOptions& options, ShardLanes& lanes, Traffic& traffic,
                               PublisherMetrics& metrics, Missed missed)
    : options_{options},
      lanes_{lanes},
      metrics_{metrics},
      missed_{std::move(missed)},
      sink_{std::move(sink), traffic},
      resequencer_{*stored.events, *stored.cursors, sink_, resequencer_options(options)} {}

// One page before each settle(), so that receipts are taken as pages are.
bool PublishSession::take(const std::stop_token& interrupt, Instant deadline) {
  lanes_.open(resequencer_);
  if (interrupt.stop_requested() || lanes_.open_changes() >= options_.most_open) return false;
  // Cursors that cannot be stored would pile up for as long as that lasts.
  if (resequencer_.remembered() >= 2 * options_.remembered + options_.most_open) return false;
  std::optional<PageQueue::Entry> entry = rest_ ? std::exchange(rest_, std::nullopt) : lanes_.queue().pop();
  if (!entry) return false;
  take_page(std::move(*entry), interrupt, deadline);
  return rest_ || !lanes_.queue().empty();
}

void PublishSession::take_page(PageQueue::Entry entry, const std::stop_token& interrupt, Instant deadline) {
  ShardLane* shard = lanes_.of_reading(entry.reading);
  if (shard == nullptr) return;  // lost meanwhile, or read anew
  if (entry.failure) std::rethrow_exception(entry.failure);
  auto& changes = entry.page.changes;
  if (!changes.empty()) {
    const std::size_t taken = resequencer_.take(*shard->lane, entry.page, interrupt, deadline);
    if (taken < changes.size()) {
      changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(taken));
      rest_ = std::move(entry);
      return;
    }
  }
  look_at_age(*shard, entry.page.behind);
  look_at_end(*shard, entry.page.end);
}

void PublishSession::look_at_age(ShardLane& shard, std::chrono::milliseconds behind) {
  shard.behind = behind;
  if (behind < kLate) {
    shard.late = false;
    return;
  }
  if (std::exchange(shard.late, true)) return;
  metrics_.late.add();
  const std::string why = "lost: " + shard.hold.lease + " is read more than 20 h late; the stream may delete first";
  options_.log->log(LogLevel::error, "publisher", "publishing is so late that the stream may delete events first",
                    {{"publisher", options_.name}, {"lease", shard.hold.lease}});
  missed_(why);
}

void PublishSession::look_at_end(ShardLane& shard, ChangePage::End end) {
  if (end == ChangePage::End::none) return;
  if (end == ChangePage::End::closed) {
    shard.ended = true;
    return;
  }
  const bool trimmed = end == ChangePage::End::trimmed;
  (trimmed ? metrics_.trimmed : metrics_.gone).add();
  shard.note = trimmed ? "lost: what followed " + (shard.place.empty() ? "the begin" : shard.place) +
                             " in the stream is gone, or that is no place in it"
                       : "lost: the shard was deleted before its end was read";
  options_.log->log(LogLevel::error, "publisher", "the stream deleted events before they were read",
                    {{"publisher", options_.name}, {"lease", shard.hold.lease}, {"note", shard.note}});
  missed_(shard.hold.lease + " " + shard.note);
  if (trimmed) lanes_.open_from_oldest(shard, resequencer_);
  else shard.ended = true;
}

Flush PublishSession::flush() {
  Flush flush;
  flush.progress = lanes_.progress(resequencer_);
  flush.cursors = resequencer_.take_cursors();
  return flush;
}

std::vector<PublishCursor> PublishSession::end() {
  lanes_.close();
  std::vector<PublishCursor> cursors = resequencer_.take_cursors();
  try {
    (void)sink_.close(options_.clock->instant());
  } catch (const Error& error) {
    options_.log->log(LogLevel::debug, "publisher", "a sink failed while it was closed", {{"cause", error.what()}});
  }
  return cursors;
}

}  // namespace leftfold::inline v0::runtime
