// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/feed_session.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "core/reason_in.h"
#include "runtime/publisher/publisher_run.h"
#include "runtime/unpublished_event.h"

namespace leftfold::inline v0::runtime {
namespace {

using std::chrono::milliseconds;
constexpr std::size_t kAtOnce = 500;
constexpr milliseconds kBlockedRetry{60'000};
constexpr std::string_view kMendIt = "; mend it in the store and start the publisher again, which reads it anew";
constexpr milliseconds kLookForEvents{50};  // of other processes, while receipts are waited for

}  // namespace

FeedSession::FeedSession(EventFeed& stored, std::unique_ptr<EventSink> sink, const PublisherOptions& options,
                         Traffic& traffic, std::function<void()> turn)
    : options_{options},
      turn_{std::move(turn)},
      sink_{std::move(sink), traffic},
      subscription_{
          stored.subscribe({options.name, SubscriptionKind::shared, StartFrom::beginning, Undecodable::bring})} {}

void FeedSession::step(const std::stop_token& stop, Instant deadline) {
  Clock& clock = *options_.clock;
  retry(stop);
  deadline = std::min(deadline, next_retry());
  const bool waits_for_receipts = sink_.on_the_way() > 0;
  Taken taken = subscription_->take(full() ? 0 : std::min(kAtOnce, options_.most_open - open()), stop,
                                    waits_for_receipts ? clock.instant() : deadline);
  for (const Revocation& revocation : taken.revoked) revoke(revocation);
  for (const Assignment& assignment : taken.assigned) assign(assignment);
  for (const RecordedEvent& event : taken.events) {
    offer(event, stop);
    if (stop.stop_requested()) return;  // the rest comes again
  }
  if (sink_.on_the_way() == 0) return;
  const Instant until = taken.events.empty() ? std::min(deadline, clock.instant() + kLookForEvents) : clock.instant();
  receive(stop, until);
}

bool FeedSession::full() const {
  if (open() >= options_.most_open) return true;
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const auto& part) { return part.second.window.span() >= kMostAhead * options_.most_open; });
}

void FeedSession::assign(const Assignment& assignment) {
  forget_part(assignment.partition);
  parts_.insert_or_assign(assignment.partition,
                          Part{assignment.epoch, detail::OffsetWindow{assignment.checkpoint}, assignment.checkpoint});
}

void FeedSession::revoke(const Revocation& revocation) {
  if (!revocation.lost) {
    settle(options_.clock->instant() + options_.drain);
    checkpoint();
    subscription_->release(revocation.partition, revocation.epoch);
  }
  forget_part(revocation.partition);
}

void FeedSession::forget_part(std::int32_t partition) {
  parts_.erase(partition);
  for (auto at = blocked_.begin(); at != blocked_.end();) {
    auto& events = at->second.events;
    waiting_ -= std::erase_if(events, [&](const EventCopy& event) { return event.partition == partition; });
    at = events.empty() ? blocked_.erase(at) : std::next(at);
  }
  counts_.blocked = blocked_.size();
}

void FeedSession::offer(const RecordedEvent& event, const std::stop_token& stop) {
  const auto part = parts_.find(event.partition);
  if (part == parts_.end() || event.position <= part->second.window.last()) return;
  part->second.window.open(event.position);
  if (const auto waits = blocked_.find(event.aggregate_id); waits != blocked_.end()) {
    waits->second.events.emplace_back(event);
    ++waiting_;
  } else if (send(event, stop) == Outcome::refused) {
    block(event);
  }
}

FeedSession::Outcome FeedSession::send(const RecordedEvent& event, const std::stop_token& stop) {
  const bool unreadable = event.type == kUnreadable;
  if (unreadable) why_ = "it cannot be read: " + detail::reason_in(event, "unreadable").append(kMendIt);
  const Outcome outcome = unreadable ? Outcome::refused : hand_over(event, event, stop);
  if (outcome != Outcome::refused || options_.unpublishable == Unpublishable::block) return outcome;
  const std::string why = why_;
  const EventCopy marker = unpublished_event(event, why, options_.clock->now());
  const Outcome marked = hand_over(marker.view(), event, stop);
  if (marked != Outcome::sent) return marked;
  ++counts_.marked;
  log_marked(*options_.log, event, why);
  return marked;
}

FeedSession::Outcome FeedSession::hand_over(const RecordedEvent& event, const RecordedEvent& place,
                                            const std::stop_token& stop) {
  for (;;) {
    std::uint64_t ticket = 0;
    try {
      ticket = sink_.send(event);
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;
      why_ = error.what();
      return Outcome::refused;
    }
    if (ticket != 0) {
      sent_.emplace(ticket, Sent{place.partition, parts_.at(place.partition).epoch, place.position});
      return Outcome::sent;
    }
    receive(stop, options_.clock->instant() + kTurn);
    turn_();
    if (stop.stop_requested()) return Outcome::stopped;
  }
}

void FeedSession::receive(const std::stop_token& stop, Instant deadline) {
  std::string failed;
  for (const SinkReceipt& receipt : sink_.receipts(stop, deadline)) {
    const auto at = sent_.find(receipt.ticket);
    if (at == sent_.end()) continue;
    const Sent sent = at->second;
    sent_.erase(at);
    if (!receipt.acknowledged) {
      if (failed.empty()) failed = receipt.why;
      continue;
    }
    ++counts_.published;
    const auto part = parts_.find(sent.partition);
    if (part != parts_.end() && part->second.epoch == sent.epoch) (void)part->second.window.finish(sent.position);
  }
  if (!failed.empty()) {
    throw Error{Errc::unavailable, "the broker did not keep an event: " + failed + "; it is sent again"};
  }
}

// Waits for what is on the way.
void FeedSession::settle(Instant deadline) {
  Clock& clock = *options_.clock;
  while (sink_.on_the_way() > 0 && clock.instant() < deadline) {
    receive({}, std::min(deadline, clock.instant() + kTurn));
    turn_();
  }
}

void FeedSession::block(const RecordedEvent& event) {
  Blocked& blocked = blocked_[std::string{event.aggregate_id}];
  blocked.events.emplace_back(event);
  blocked.why = why_;
  blocked.again = options_.clock->instant() + kBlockedRetry;
  ++waiting_;
  ++counts_.refused;
  counts_.blocked = blocked_.size();
  options_.log->log(LogLevel::error, "publisher",
                    "an event cannot be published; its aggregate waits, and the checkpoint with it",
                    {{"aggregate", std::string{event.aggregate_id}},
                     {"version", std::to_string(event.version.value())},
                     {"cause", blocked.why}});
}

void FeedSession::retry(const std::stop_token& stop) {
  const Instant now = options_.clock->instant();
  for (auto at = blocked_.begin(); at != blocked_.end();) {
    Blocked& blocked = at->second;
    if (blocked.again > now) {
      ++at;
      continue;
    }
    Outcome outcome = Outcome::sent;
    while (!blocked.events.empty() && outcome == Outcome::sent) {
      outcome = send(blocked.events.front().view(), stop);
      if (outcome != Outcome::sent) break;
      blocked.events.pop_front();
      --waiting_;
    }
    if (outcome == Outcome::stopped) return;
    blocked.why = why_;
    blocked.again = now + kBlockedRetry;
    at = blocked.events.empty() ? blocked_.erase(at) : std::next(at);
  }
  counts_.blocked = blocked_.size();
}

Instant FeedSession::next_retry() const {
  Instant next = kNever;
  for (const auto& [aggregate, blocked] : blocked_) next = std::min(next, blocked.again);
  return next;
}

void FeedSession::checkpoint() {
  std::vector<std::int32_t> fenced;
  for (auto& [partition, part] : parts_) {
    const Position done = part.window.done();
    if (done == part.stored) continue;
    if (!subscription_->checkpoint(partition, part.epoch, done)) fenced.push_back(partition);
    part.stored = done;
  }
  for (const std::int32_t partition : fenced) forget_part(partition);
}

void FeedSession::drain(Instant deadline) {
  settle(deadline);
  checkpoint();
  for (const auto& [partition, part] : parts_) subscription_->release(partition, part.epoch);
  parts_.clear();
}

void FeedSession::close() noexcept {
  try {
    (void)sink_.close(options_.clock->instant());
  } catch (const std::exception& error) {
    options_.log->log(LogLevel::debug, "publisher", "a sink failed while it was closed", {{"cause", error.what()}});
  }
}

std::vector<BlockedAggregate> FeedSession::blocked() const {
  std::vector<BlockedAggregate> blocked;
  for (const auto& [aggregate, one] : blocked_) blocked.push_back({aggregate, one.why});
  return blocked;
}

std::vector<PublisherPart> FeedSession::parts() const {
  std::vector<PublisherPart> parts;
  for (const auto& [partition, part] : parts_) {
    PublisherPart& one = parts.emplace_back();
    one.name = "partition " + std::to_string(partition);
    one.owner = options_.worker;
    one.state = "reading";
    if (part.stored != Position::start()) one.checkpoint = std::to_string(part.stored.value());
    one.open = part.window.span();
  }
  return parts;
}

}  // namespace leftfold::inline v0::runtime
