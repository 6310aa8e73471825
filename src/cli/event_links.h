// SPDX-License-Identifier: Apache-2.0
// What an event's metadata says of where it comes from.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::cli {

/// Empty texts: nothing was given. Plain value.
struct EventLinks {
  std::string correlation_id;
  std::string causation_id;
};

/// Metadata that something else wrote and nobody can read has no links.
[[nodiscard]] EventLinks links_of(const RecordedEvent& event);

/// Whether the metadata may have `text` in it: false without reading it, which is most of a store.
[[nodiscard]] bool may_mention(const RecordedEvent& event, std::string_view text) noexcept;

}  // namespace leftfold::inline v0::cli
