// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/aggregate_order.h"

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0::runtime {

EventPage AggregateOrder::read_missing(const TargetContext& context, const RecordedEvent& event, Version reached) {
  const std::int64_t missing = event.version.value() - reached.next().value();
  if (context.store != nullptr) {
    const std::size_t most = std::min(static_cast<std::size_t>(missing), context.options.batch);
    EventPage page = context.store->read_stream(event.aggregate_id, reached.next(), most);
    if (!page.empty()) return page;
  }
  throw Error{Errc::invalid_data, "replay: version " + std::to_string(event.version.value()) + " of aggregate \"" +
                                      std::string{event.aggregate_id} + "\" came, but version " +
                                      std::to_string(reached.next().value()) +
                                      " is nowhere to be read; replay from the store that has all events"};
}

}  // namespace leftfold::inline v0::runtime
