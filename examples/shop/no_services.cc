// SPDX-License-Identifier: Apache-2.0
// A build without the HTTP library.
#include "shop/services.h"

namespace shop {

void add_services(leftfold::App&) {}

}  // namespace shop
