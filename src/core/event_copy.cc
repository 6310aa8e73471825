// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_copy.h>

namespace leftfold::inline v0 {

EventCopy::EventCopy(const RecordedEvent& event)
    : position{event.position},
      partition{event.partition},
      schema_version{event.schema_version},
      version{event.version},
      committed_at{event.committed_at},
      id{event.id},
      commit_id{event.commit_id},
      commit_pos{event.commit_pos},
      commit_size{event.commit_size},
      aggregate_id{event.aggregate_id},
      type{event.type},
      payload{event.payload},
      metadata{event.metadata} {}

RecordedEvent EventCopy::view() const noexcept {
  RecordedEvent event;
  event.position = position;
  event.partition = partition;
  event.schema_version = schema_version;
  event.version = version;
  event.committed_at = committed_at;
  event.id = id;
  event.commit_id = commit_id;
  event.commit_pos = commit_pos;
  event.commit_size = commit_size;
  event.aggregate_id = aggregate_id;
  event.type = type;
  event.payload = payload;
  event.metadata = metadata;
  return event;
}

}  // namespace leftfold::inline v0
