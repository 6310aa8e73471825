// Where an event stands, for error messages.
#pragma once

#include <string>

#include <leftfold/event_page.h>

namespace leftfold::detail {

// `CartItemAdded (aggregate "cart-42", version 3, position 17, id 0198...)`
[[nodiscard]] std::string place_of(const RecordedEvent& event);

}  // namespace leftfold::detail
