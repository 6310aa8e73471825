// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json.h>

#include "json_event.h"

namespace bench {

const Codec kLeftfold{"leftfold",
                      [](const Event& event, std::string& out) {
                        out.clear();
                        leftfold::append_json(out, event);
                      },
                      [](std::string_view text) { return leftfold::from_json<Event>(text); }};

}  // namespace bench
