// Sends a store's events to a broker. The Publisher will take this over; until then a service brings these lines along.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/event_feed.h>
#include <leftfold/event_sink.h>

// [publish]
/// Takes what the broker said about events that were sent. One that failed ends it all: the next start begins at the
/// checkpoint, before that event, and whoever reads the topic drops what comes twice.
inline void take_receipts(leftfold::EventSink& broker, const std::stop_token& stop) {
  for (const leftfold::SinkReceipt& receipt : broker.receipts(stop, leftfold::kNever)) {
    if (!receipt.acknowledged) throw leftfold::Error{leftfold::Errc::unavailable, "not published: " + receipt.why};
  }
}

/// Publishes until `stop`. A subscription keeps the place in the store and lets one process publish at a time; the
/// checkpoint follows what the broker acknowledged, so a crash sends events again and never leaves one out.
inline void publish(leftfold::EventFeed& stored, leftfold::EventSink& broker, const std::stop_token& stop) {
  constexpr std::size_t kAtOnce = 500;
  const auto subscription = stored.subscribe({.name = "orders.publish"});
  leftfold::Assignment ours;  // events come while it is ours, and not while another process publishes
  while (!stop.stop_requested()) {
    const leftfold::Taken taken = subscription->take(kAtOnce, stop, leftfold::kNever);
    if (!taken.assigned.empty()) ours = taken.assigned.back();
    if (taken.events.empty()) continue;
    for (const leftfold::RecordedEvent& event : taken.events) {
      while (broker.send(event) == 0) take_receipts(broker, stop);  // 0: no room now
    }
    while (broker.on_the_way() > 0 && !stop.stop_requested()) take_receipts(broker, stop);
    if (broker.on_the_way() > 0) return;  // stopped in between: sent again next time
    // false: another process took over meanwhile and sends them again.
    (void)subscription->checkpoint(ours.partition, ours.epoch, taken.events.back().position);
  }
}
// [/publish]
