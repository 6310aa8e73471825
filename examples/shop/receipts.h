// SPDX-License-Identifier: Apache-2.0
// Receipts: an effect outside the shop, at least once made into once by the event's id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include <leftfold/listener.h>
#include <leftfold/metadata.h>
#include <leftfold/sqlite_read_model.h>

#include "shop/cart.h"

namespace shop {

/// Stands for the mail service of a real shop: a system of its own, with a file of its own, that remembers what it sent
/// by an id the caller chooses. Any thread.
class Mail {
 public:
  /// Keeps its table in `file`'s file, opened at first use.
  explicit Mail(std::function<std::filesystem::path()> file) : db_{std::move(file)} {}

  /// Sends a receipt; one with an id that was sent before is not sent again.
  void send(const std::string& id, const std::string& cart, int items) {
    create_table();
    db_.execute("INSERT OR IGNORE INTO receipts VALUES(?, ?, ?)", id, cart, items);
  }
  /// Whether a receipt for this cart was sent.
  [[nodiscard]] bool sent_for(const std::string& cart) {
    create_table();
    return !db_.query<std::int64_t>("SELECT 1 FROM receipts WHERE cart = ?", cart).empty();
  }
  /// How many receipts were sent since ever, and the items on them.
  struct Totals {
    std::int64_t receipts = 0;
    std::int64_t items = 0;
  };
  [[nodiscard]] Totals totals() {
    create_table();
    return db_.query<Totals>("SELECT count(*), coalesce(sum(items), 0) FROM receipts").at(0);
  }

 private:
  void create_table() {
    std::call_once(created_, [this] {
      db_.execute(
          "CREATE TABLE IF NOT EXISTS receipts(event_id TEXT PRIMARY KEY, cart TEXT NOT NULL, items INTEGER NOT NULL) "
          "WITHOUT ROWID");
    });
  }

  leftfold::SqliteReadModel db_;
  std::once_flag created_;
};

// [listener]
/// Sends a receipt for each cart that is checked out. After a crash an event may come again, with the same id.
struct SendReceipt : leftfold::Listener<CartEvents> {
  explicit SendReceipt(Mail& m) : mail{m} {}
  void on(const CartCheckedOut& e, const leftfold::EventMetadata& meta) const {  // const: may run on several threads
    mail.send(meta.event_id.to_string(), meta.aggregate_id, e.items);
  }
  Mail& mail;
};
// [/listener]

}  // namespace shop
