// SPDX-License-Identifier: Apache-2.0
// Where an event stands, for error messages.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::detail {

// `CartItemAdded (aggregate "cart-42", version 3, position 17, id 0198...)`
[[nodiscard]] std::string place_of(const RecordedEvent& event);

// Throws Error(corrupt) when the event of the aggregate does not have the version that comes next.
void check_follows(const RecordedEvent& event, std::string_view aggregate_id, Version next);

}  // namespace leftfold::inline v0::detail
