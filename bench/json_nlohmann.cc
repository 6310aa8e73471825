// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "json_event.h"

namespace bench {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Nested, a, b)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Event, productId, quantity, price, tags, nested)

const Codec kNlohmann{"nlohmann, DEFINE_TYPE",
                      [](const Event& event, std::string& out) { out = nlohmann::json(event).dump(); },
                      [](std::string_view text) { return nlohmann::json::parse(text).get<Event>(); }};

}  // namespace bench
