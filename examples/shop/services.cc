// SPDX-License-Identifier: Apache-2.0
#include "shop/services.h"

#include "shop/drive.h"
#include "shop/http_server.h"

namespace shop {

void add_services(leftfold::App& app) {
  app.command("serve", "[--host 127.0.0.1] [--port 8080] [--threads 16]: the cart service; commands over HTTP",
              [](leftfold::App& a, auto arguments, const auto& stop) { return serve(a, arguments, stop); });
  app.command("drive", "[--url http://127.0.0.1:8080] [--customers 1000] [--threads 8]: customers of a cart service",
              [](leftfold::App&, auto arguments, const auto& stop) { return drive(arguments, stop); });
}

}  // namespace shop
