// SPDX-License-Identifier: Apache-2.0
#include "shop/receipts_file.h"

#include "support/store_file.h"

namespace shop {

std::filesystem::path receipts_file(leftfold::App& app) {
  const auto& environment = app.settings().environment();
  if (const auto given = environment.find("SHOP_RECEIPTS"); given != environment.end() && !given->second.empty()) {
    return given->second;
  }
  if (app.settings().get("store").value.starts_with("dynamodb:")) return "shop.receipts.db";
  return examples::store_file(app).replace_extension(".receipts.db");
}

}  // namespace shop
