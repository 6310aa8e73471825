// SPDX-License-Identifier: Apache-2.0
// The verbs that speak HTTP.
#pragma once

#include <leftfold/app.h>

namespace shop {

/// Adds `serve` and `drive`; nothing in a build without the HTTP library. Throws as App::command.
void add_services(leftfold::App& app);

}  // namespace shop
