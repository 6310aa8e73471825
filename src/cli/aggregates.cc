// SPDX-License-Identifier: Apache-2.0
#include "cli/aggregates.h"

#include <vector>

#include <leftfold/error.h>

#include "app/nearest.h"
#include "base/joined.h"

namespace leftfold::inline v0::cli {

AggregateInfo aggregate_of(Context& context, std::string_view type) {
  std::vector<std::string_view> known;
  for (AggregateInfo& each : own_app(context).aggregates()) {
    known.push_back(each.name);
    if (each.name != type) continue;
    if (each.load != nullptr) return std::move(each);
    throw Error{Errc::unsupported, "the state of " + std::string{type} +
                                       " cannot be stored as JSON, so it cannot be shown: make it a plain struct of "
                                       "fields that can"};
  }
  throw Error{Errc::not_found, context.program.name + " has no aggregate \"" + std::string{type} + "\"" +
                                   app::did_you_mean(type, known) +
                                   (known.empty() ? ": register some with app.aggregate<...>()" : "; aggregates: ") +
                                   base::joined(known)};
}

void no_events(const Context& context, const AggregateInfo& type, std::string_view id, std::string_view then) {
  throw Error{Errc::not_found, std::string{type.name} + " \"" + std::string{id} + "\" has no events in " +
                                   context.program.settings.get("store").value + std::string{then} +
                                   "; see what is there: " + context.program.name + " events read --all --limit 20"};
}

}  // namespace leftfold::inline v0::cli
