// SPDX-License-Identifier: Apache-2.0
// Why a record stands where an event should be.
#pragma once

#include <string>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::detail {

/// What the metadata of an event of type kUnreadable ("unreadable") or kUnpublished ("unpublished") says under this
/// name; a text that says so when it says nothing. Any thread.
[[nodiscard]] std::string reason_in(const RecordedEvent& event, const std::string& name);

}  // namespace leftfold::inline v0::detail
