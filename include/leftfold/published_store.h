// SPDX-License-Identifier: Apache-2.0
// What a Publisher needs of a store without an order over all aggregates.
#pragma once

namespace leftfold::inline v0 {

class ChangeStream;
class CursorStore;
class EventScan;
class EventStore;
class LeaseStore;
class Outbox;

/// The ports of one store, for those who publish its events. Plain value; what it points to must outlive its users.
struct PublishedStore {
  EventStore* events = nullptr;     ///< to read back what a stream brings out of order
  EventScan* scan = nullptr;        ///< to find what no stream tells any more
  CursorStore* cursors = nullptr;   ///< how far each aggregate is published
  LeaseStore* leases = nullptr;     ///< who publishes what
  ChangeStream* changes = nullptr;  ///< null: the store has no stream
  Outbox* outbox = nullptr;         ///< null: its events carry no mark of being published
};

}  // namespace leftfold::inline v0
