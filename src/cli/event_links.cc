// SPDX-License-Identifier: Apache-2.0
#include "cli/event_links.h"

#include <utility>

#include <leftfold/error.h>
#include <leftfold/metadata.h>

namespace leftfold::inline v0::cli {

EventLinks links_of(const RecordedEvent& event) {
  if (event.metadata.empty()) return {};
  try {
    EventMetadata metadata = metadata_of(event);
    return {std::move(metadata.correlation_id), std::move(metadata.causation_id)};
  } catch (const Error&) {
    return {};
  }
}

bool may_mention(const RecordedEvent& event, std::string_view text) noexcept {
  return event.metadata.find(text) != event.metadata.npos || event.metadata.find('\\') != event.metadata.npos;
}

}  // namespace leftfold::inline v0::cli
