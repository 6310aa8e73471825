// SPDX-License-Identifier: Apache-2.0
#include "core/reason_in.h"

#include <leftfold/error.h>
#include <leftfold/metadata.h>

namespace leftfold::inline v0::detail {

std::string reason_in(const RecordedEvent& event, const std::string& name) {
  try {
    const EventMetadata metadata = metadata_of(event);
    if (const auto at = metadata.headers.find(name); at != metadata.headers.end()) return at->second;
  } catch (const Error&) {  // then that is all there is to say
  }
  return "its metadata does not say why";
}

}  // namespace leftfold::inline v0::detail
