// SPDX-License-Identifier: Apache-2.0
// Where the shop's mail system keeps its file.
#pragma once

#include <filesystem>

#include <leftfold/app.h>

namespace shop {

/// SHOP_RECEIPTS when it is set; else beside the file of the store, and shop.receipts.db in the working folder for a
/// store elsewhere. Throws leftfold::Error(invalid_config) for a store that ends with the program, as the receipts
/// would not, and as App::store().
[[nodiscard]] std::filesystem::path receipts_file(leftfold::App& app);

}  // namespace shop
