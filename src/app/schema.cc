// SPDX-License-Identifier: Apache-2.0
#include "app/schema.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {
namespace {

using Members = std::map<std::string, Json, std::less<>>;  // sorted, as the document is

Json object_of(Members members) {
  Json object = Json::object();
  for (auto& [name, value] : members) object.members().push_back({name, std::move(value)});
  return object;
}

template <class Names>
Json names_of(const Names& names) {
  std::vector<std::string_view> sorted{names.begin(), names.end()};
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Json array = Json::array();
  array.elements().assign(sorted.begin(), sorted.end());
  return array;
}

Json upcast_of(const UpcastStep& step) {
  if (step.split != nullptr) return Json::object({{"splits_into", names_of(step.into)}});
  return step.change != nullptr ? "changes" : "unchanged";
}

Json event_of(const EventInfo& info) {
  Members members;
  members["fields"] = info.shape().at("fields");
  members["version"] = info.version;
  if (!info.former_names.empty()) members["former_names"] = names_of(info.former_names);
  if (!info.upcasts.empty()) {
    Json& steps = members["upcasts"] = Json::array();
    for (const UpcastStep& step : info.upcasts) steps.elements().push_back(upcast_of(step));
  }
  return object_of(std::move(members));
}

Json names_in(const EventCatalog& catalog) {
  std::vector<std::string_view> names;
  for (const EventInfo* const info : catalog.events) names.push_back(info->name);
  return names_of(names);
}

}  // namespace

Json schema_of(std::string_view program, std::span<const AggregateInfo> aggregates,
               std::span<const HandlerInfo> handlers) {
  Members events;
  Members aggregate_members;
  for (const AggregateInfo& aggregate : aggregates) {
    for (const EventInfo* const info : aggregate.catalog.events) events.emplace(info->name, event_of(*info));
    Members members;
    members["events"] = names_in(aggregate.catalog);
    if (!aggregate.catalog.dropped.empty()) members["dropped"] = names_of(aggregate.catalog.dropped);
    if (aggregate.state != nullptr) members["state"] = aggregate.state();
    aggregate_members.emplace(aggregate.name, object_of(std::move(members)));
  }
  std::vector<const HandlerInfo*> sorted;
  for (const HandlerInfo& handler : handlers) sorted.push_back(&handler);
  std::ranges::sort(sorted, {}, &HandlerInfo::name);
  Members handler_members;
  for (const HandlerInfo* const handler : sorted) {
    Members members;
    Members reads;  // events of which the handler has a struct of its own
    for (const EventInfo* const info : handler->catalog.events) {
      Json event = event_of(*info);
      const auto [known, added] = events.emplace(info->name, event);
      if (!added && known->second.text() != event.text()) reads.emplace(info->name, std::move(event));
    }
    members["kind"] = handler->is_projector ? "projector" : "listener";
    members["receives"] = names_of(handler->handled);
    members["ignores"] = names_of(handler->ignored);
    if (!handler->catalog.dropped.empty()) members["dropped"] = names_of(handler->catalog.dropped);
    if (!reads.empty()) members["reads"] = object_of(std::move(reads));
    handler_members.emplace(handler->name, object_of(std::move(members)));
  }
  Members document;
  document["leftfold_schema"] = kSchemaForm;
  document["program"] = program;
  document["aggregates"] = object_of(std::move(aggregate_members));
  document["events"] = object_of(std::move(events));
  document["handlers"] = object_of(std::move(handler_members));
  return object_of(std::move(document));
}

Json read_schema(std::string_view text, std::string_view where) {
  const std::string name{where};
  try {
    Json document = Json::parse(text);
    const int form = document.at("leftfold_schema").as<int>();
    if (form > kSchemaForm) {
      throw Error{Errc::unsupported, name + " is a schema of form " + std::to_string(form) + ", this program knows " +
                                         std::to_string(kSchemaForm) + ": compare with the newer program"};
    }
    for (const std::string_view part : {"aggregates", "events", "handlers"}) {
      for (const Json::Member& member : document.at(part).members()) (void)member.value.members();
    }
    for (const Json::Member& event : document.at("events").members()) {
      (void)event.value.at("version").as<int>();
      (void)event.value.at("fields").members();
    }
    return document;
  } catch (const JsonError& e) {
    throw Error{Errc::invalid_data, name + " is no schema as the command schema writes it: " + e.what()};
  }
}

}  // namespace leftfold::inline v0::app
