// SPDX-License-Identifier: Apache-2.0
#include "cli/store_check.h"

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {

StoreCheck::StoreCheck(const App& app) {
  for (const AggregateInfo& aggregate : app.aggregates()) {
    readers_.push_back({std::string{aggregate.name}, aggregate.catalog});
  }
  for (const HandlerInfo& handler : app.handlers()) readers_.push_back({handler.name, handler.catalog});
}

StoreCheck::Kind& StoreCheck::kind_of(const RecordedEvent& event) {
  std::pair<std::string, int> key{event.type, event.schema_version};
  const auto at = kinds_.find(key);
  if (at != kinds_.end()) return at->second;
  Group& group = groups_[key];
  Kind& kind = kinds_.emplace(std::move(key), Kind{&group, {}}).first->second;
  std::vector<const EventInfo*> infos;
  bool dropped = event.type == kSnapshotNote;  // no event of the program's: aggregates pass over it
  for (const Reader& reader : readers_) {
    const EventInfo* const info = reader.catalog.find(event.type);
    dropped = dropped || reader.catalog.drops(event.type);
    if (info == nullptr || std::find(infos.begin(), infos.end(), info) != infos.end()) continue;
    infos.push_back(info);
    kind.readers.push_back(&reader);
    if (group.reads_as.empty()) group.reads_as = std::string{info->name} + " " + std::to_string(info->version);
  }
  if (infos.empty()) group.reads_as = dropped ? "dropped" : "unknown";
  group.unknown = infos.empty() && !dropped;
  return kind;
}

void StoreCheck::look_at(const RecordedEvent& event) {
  Kind& kind = kind_of(event);
  ++events_;
  ++kind.group->events;
  if (kind.group->unknown) ++unknown_;
  for (const Reader* const reader : kind.readers) {
    try {
      (void)try_decode(event, reader->catalog);
    } catch (const Error& e) {
      return fail(*kind.group, event, reader->name, e.what());
    }
  }
}

void StoreCheck::unreadable(const RecordedEvent& event, std::string why) {
  Group& group = groups_[{"unreadable", 0}];
  group.reads_as = "nothing";
  ++events_;
  ++group.events;
  fail(group, event, "the store", std::move(why));
}

void StoreCheck::fail(Group& group, const RecordedEvent& event, std::string reader, std::string why) {
  ++failed_;
  if (++group.failed > kFailuresKept) return;
  group.first.push_back({event.id.to_string(), std::string{event.aggregate_id}, event.version.value(),
                         std::string{event.type}, std::move(reader), std::move(why)});
}

}  // namespace leftfold::inline v0::cli
