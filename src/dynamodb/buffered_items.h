// SPDX-License-Identifier: Apache-2.0
// Items of one transaction to be: what was read of them, and what will become of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamodb/client.h"
#include "dynamodb/read_table_items.h"

namespace leftfold::inline v0::dynamodb {

/// Reads each item at most once and remembers its revision; nothing is written. One thread. The client must outlive it.
class BufferedItems {
 public:
  /// Whether an item that is only read must stay as it was until the commit. One that is read and written must anyway.
  enum class Reading { checked, unchecked };

  struct Slot {
    enum class Write { none, put, remove, add };
    bool known = false;         // what is stored: read, or certain
    bool read = false;          // from the service: the commit depends on the revision
    bool checked = false;       // also when nothing is written
    std::optional<Map> stored;  // contents as read
    Bytes revision;             // of what is stored; empty: it has none
    Write write = Write::none;
    Map row;                                               // put: contents
    std::map<std::string, std::int64_t, std::less<>> sum;  // add: by member
  };
  using Slots = std::map<ItemKey, Slot>;

  /// `revision`: of everything that will be written.
  BufferedItems(Client& client, std::string table, Bytes revision)
      : client_{client}, table_{std::move(table)}, revision_{std::move(revision)} {}

  /// The contents as they will be; empty: there will be no such item. Reads consistently what it does not know.
  [[nodiscard]] std::optional<Map> find(const ItemKey& key, Reading reading);
  /// Reads those that it does not know, in few requests.
  void read_ahead(std::span<const ItemKey> keys);
  /// Reads all of one kind.
  void read_kind(const std::string& kind);
  /// False: there is no item of this kind, nor will be. Reads one at most.
  [[nodiscard]] bool may_have_kind(const std::string& kind);
  /// Whether what was read of these is what is stored now: then all of it was so at one time. One request for 100.
  [[nodiscard]] bool are_as_read(std::span<const ItemKey> keys);
  /// The item was read, and nothing is written to it or demanded of it at the commit.
  [[nodiscard]] bool is_only_read(const ItemKey& key) const;
  /// Nobody ever stored an item of this kind, and nobody else does now.
  void take_as_absent(const ItemKey& key);

  void put(const ItemKey& key, Map contents);
  void remove(const ItemKey& key);
  /// Throws Error(invalid_argument) as add_to().
  void add(const ItemKey& key, std::string_view member, std::int64_t amount);
  /// Undoes what was written to items of one kind; what was read of them stays.
  void forget_writes(const std::string& kind);

  /// Those of one kind, by sort key. Do not change anything while using it.
  [[nodiscard]] std::pair<Slots::const_iterator, Slots::const_iterator> of_kind(const std::string& kind) const;
  /// The contents of an item that will be made of what is stored. Throws as add().
  [[nodiscard]] static std::optional<Map> after(const Slot& slot, const std::optional<Map>& stored);

  /// Items of the transaction, and their bytes, as far as they are known.
  [[nodiscard]] std::size_t items() const noexcept { return items_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::vector<ItemWrite> writes() const;
  [[nodiscard]] const Bytes& revision() const noexcept { return revision_; }
  [[nodiscard]] const std::string& table() const noexcept { return table_; }

 private:
  void learn(Slot& slot, const std::optional<Item>& item);
  [[nodiscard]] static bool takes_part(const Slot& slot);
  [[nodiscard]] static std::size_t bytes_of(const ItemKey& key, const Slot& slot);
  template <class Change>
  void change(const ItemKey& key, Change change);
  [[nodiscard]] ItemWrite write_of(const ItemKey& key, const Slot& slot) const;

  Client& client_;
  const std::string table_;
  const Bytes revision_;
  Slots slots_;
  std::size_t items_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace leftfold::inline v0::dynamodb
