// SPDX-License-Identifier: Apache-2.0
// Port: events that carry their own mark of being published, as the Node library's items do.
#pragma once

#include <cstddef>
#include <span>

#include <leftfold/event_page.h>

namespace leftfold::inline v0 {

/// Port: a store's events that are marked as not yet published. Any thread. Must outlive everything that was given a
/// reference to it. All functions throw Error(unavailable, throttled, permission_denied, corrupt).
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// At most `max` events with the mark, in no order that could be relied on; what was stored a moment ago may be
  /// missing, and what was marked as published a moment ago may still be there.
  [[nodiscard]] virtual EventPage unpublished(std::size_t max) = 0;
  /// Marks events as published, after the broker has acknowledged them; those that are gone are left alone. When it
  /// throws, some may be marked.
  virtual void mark_published(std::span<const RecordedEvent> events) = 0;
};

}  // namespace leftfold::inline v0
