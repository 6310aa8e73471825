// SPDX-License-Identifier: Apache-2.0
// Read tables of a store that is opened later.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/read_tables.h>

namespace leftfold::inline v0::app {

/// Passes every call on to the tables that `find` names at the first one; when it throws, the next call asks again.
/// Any thread. What `find` names must outlive it.
class TablesOfStore final : public ReadTables {
 public:
  explicit TablesOfStore(std::function<ReadTables&()> find) : find_{std::move(find)} {}

  std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) override { return own().begin(projector); }
  std::optional<Position> checkpoint(std::string_view projector) override { return own().checkpoint(projector); }
  bool others_wait() override { return own().others_wait(); }
  std::unique_ptr<ShadowTables> open_shadow(std::string_view projector) override {
    return own().open_shadow(projector);
  }
  Position restore_kept(std::string_view projector) override { return own().restore_kept(projector); }

  std::optional<std::string> find(std::string_view table, std::string_view key) override {
    return own().find(table, key);
  }
  void put(std::string_view table, std::string_view key, std::string_view row) override { own().put(table, key, row); }
  void erase(std::string_view table, std::string_view key) override { own().erase(table, key); }
  void add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) override {
    own().add(table, key, member, amount);
  }
  void clear(std::string_view table) override { own().clear(table); }
  std::vector<TableRow> list(std::string_view table, std::string_view after, std::size_t max) override {
    return own().list(table, after, max);
  }

 private:
  ReadTables& own() {
    ReadTables* known = own_.load();
    if (known == nullptr) {
      known = &find_();
      own_ = known;
    }
    return *known;
  }

  const std::function<ReadTables&()> find_;
  std::atomic<ReadTables*> own_{nullptr};
};

}  // namespace leftfold::inline v0::app
