// SPDX-License-Identifier: Apache-2.0
#include "runtime/outgoing_events.h"

#include <algorithm>
#include <vector>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "runtime/unpublished_event.h"

namespace leftfold::inline v0::runtime {
namespace {

// Tickets between the oldest one that is open and the newest. Only where one partition stands still while others take
// everything could they become more; then all wait for it.
constexpr std::size_t kMostTickets = std::size_t{1} << 20U;

}  // namespace

OutgoingEvents::Sent OutgoingEvents::send(AggregateEntry& entry, const RecordedEvent& event, OpenChange* change,
                                          const Until& until) {
  tickets_.make_room();  // before the sink has it
  std::uint64_t ticket = 0;
  for (;;) {
    try {
      ticket = hand_over(event);
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;
      why_ = error.what();
      return Sent::never;
    }
    if (ticket != 0) break;
    if (until.over()) return Sent::not_yet;
    const bool nothing = receive(until.stop, until.deadline) == 0;
    until.woken = until.woken || (nothing && until.ends_on_wake);
  }
  SentEvent* sent = tickets_.add(ticket);
  if (sent == nullptr) {
    throw Error{Errc::internal, "the sink gave ticket " + std::to_string(ticket) + " where " +
                                    std::to_string(tickets_.end()) + " comes next; EventSink::send says how they grow"};
  }
  sent->aggregate = &entry;
  sent->change = change;
  sent->version = event.version.value();
  sent->committed_at = event.committed_at;
  if (entry.first_ticket == 0) entry.first_ticket = ticket;
  else tickets_.at(entry.last_ticket).next = ticket;
  entry.last_ticket = ticket;
  entry.sent = sent->version;
  ++count_;
  cache_.rouse(entry);
  return Sent::yes;
}

std::uint64_t OutgoingEvents::hand_over(const RecordedEvent& event) {
  return tickets_.span() < kMostTickets ? sink_.send(event) : 0;
}

std::size_t OutgoingEvents::receive(const std::stop_token& stop, Instant deadline) {
  std::string failed;
  const std::vector<SinkReceipt> receipts = sink_.receipts(stop, deadline);
  for (const SinkReceipt& receipt : receipts) {
    SentEvent* event = tickets_.find(receipt.ticket);
    if (event == nullptr) {
      throw Error{Errc::internal, "the sink gave a receipt for ticket " + std::to_string(receipt.ticket) +
                                      ", which is not open; each ticket has one"};
    }
    if (receipt.acknowledged) {
      acknowledge(*event);
    } else if (failed.empty()) {
      failed = "the broker did not keep event " + std::to_string(event->version) + " of aggregate " +
               detail::in_quotes(event->aggregate->id) + ": " + receipt.why +
               "; close this sink and go on from what is done with another one";
    }
  }
  tickets_.shorten();
  if (!failed.empty()) throw Error{Errc::unavailable, failed};
  return receipts.size();
}

void OutgoingEvents::acknowledge(SentEvent& event) {
  event.acknowledged = true;
  ++counts_.published;
  --count_;
  AggregateEntry& entry = *event.aggregate;
  if (&tickets_.at(entry.first_ticket) != &event) return;  // one before it is on the way
  cache_.mark_dirty(entry);
  while (entry.first_ticket != 0 && tickets_.at(entry.first_ticket).acknowledged) {
    const SentEvent& next = tickets_.at(entry.first_ticket);
    entry.acked = std::max(entry.acked, next.version);
    if (next.change != nullptr) ChangeLane::settle(*next.change);
    entry.first_ticket = next.next;
  }
  entry.settle_waiters();
}

std::optional<Timestamp> OutgoingEvents::oldest() const noexcept {
  std::optional<Timestamp> oldest;
  for (std::uint64_t ticket = tickets_.first(); ticket < tickets_.end(); ++ticket) {
    const SentEvent& event = tickets_.at(ticket);
    if (!event.acknowledged && (!oldest || event.committed_at < *oldest)) oldest = event.committed_at;
  }
  return oldest;
}

}  // namespace leftfold::inline v0::runtime
