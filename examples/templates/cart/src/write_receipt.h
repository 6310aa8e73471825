// SPDX-License-Identifier: Apache-2.0
// WriteReceipt: a file a cart that was bought. What it throws is retried, then parked: `cart_app dlq ls`.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <leftfold/listener.h>
#include <leftfold/metadata.h>

#include "cart.h"

class WriteReceipt : public leftfold::Listener<CartEvents> {
 public:
  explicit WriteReceipt(std::filesystem::path folder) : folder_{std::move(folder)} {}

  // After a crash an event may come again, with the same id: the file is then written anew and nothing happens twice.
  void on(const CartBought& e, const leftfold::EventMetadata& meta) const {
    const std::filesystem::path file = folder_ / (meta.aggregate_id + ".txt");
    std::ofstream out{file};
    out << meta.aggregate_id << ": " << e.items << " items\n";
    out.flush();
    if (!out)
      throw std::runtime_error{"cannot write " + file.string() + "; is there a folder " + folder_.string() + "?"};
  }

 private:
  std::filesystem::path folder_;
};
