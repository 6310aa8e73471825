// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/shadow_tables.h"

#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/read_model.h>

#include "core/in_quotes.h"
#include "dynamodb/shadow_state.h"
#include "dynamodb/table_swap.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr int kMostTries = 10;  // against others that open the same shadow at the same moment

/// Begins transactions whose thread reads and writes the shadow.
class ShadowModel final : public ReadModel {
 public:
  ShadowModel(std::shared_ptr<TablesPlace> place, std::shared_ptr<const ShadowSide> side)
      : place_{std::move(place)}, side_{std::move(side)} {}

  std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) override {
    return std::make_unique<TableTransaction>(place_, projector, side_);
  }
  std::optional<Position> checkpoint(std::string_view projector) override {
    const auto item = place_->client.get(place_->table, shadow_key(side_->projector).item()).item;
    if (!item) return std::nullopt;
    const ShadowState state = read_shadow(contents_of(*item));
    const auto known = state.projectors.find(projector);
    return known == state.projectors.end() ? std::nullopt : known->second.checkpoint;
  }
  bool others_wait() override { return false; }

 private:
  const std::shared_ptr<TablesPlace> place_;
  const std::shared_ptr<const ShadowSide> side_;
};

class Swap final : public TableSwap {
 public:
  Swap(std::shared_ptr<TablesPlace> place, std::shared_ptr<const ShadowSide> side)
      : place_{std::move(place)}, side_{std::move(side)} {
    const auto item = place_->client.get(place_->table, projector_key(side_->projector).item()).item;
    if (item) checkpoint_ = read_projector_contents(contents_of(*item)).checkpoint;
  }
  std::optional<Position> checkpoint() const override { return checkpoint_; }
  void commit() override {
    if (std::exchange(over_, true)) throw Error{Errc::invalid_argument, "the swap is over; begin another"};
    swap_in(*place_, *side_);
  }

 private:
  const std::shared_ptr<TablesPlace> place_;
  const std::shared_ptr<const ShadowSide> side_;
  std::optional<Position> checkpoint_;
  bool over_ = false;
};

class Shadow final : public ShadowTables {
 public:
  Shadow(std::shared_ptr<TablesPlace> place, std::string_view projector) : place_{std::move(place)} {
    const Uuid id = Uuid::v7(place_->client.options().clock->now());
    side_ = std::make_shared<const ShadowSide>(ShadowSide{std::string{projector}, id.to_string()});
    check_swap_size(*place_, side_->projector);
    open(id);
    model_ = std::make_unique<ShadowModel>(place_, side_);
  }

  ReadModel& model() override { return *model_; }
  std::unique_ptr<LiveTables> live() override {
    throw Error{Errc::unsupported, "projector " + detail::in_quotes(side_->projector) +
                                       ": tables on DynamoDB cannot be held still for a comparison; swap the shadow in "
                                       "or discard it"};
  }
  std::unique_ptr<TableSwap> begin_swap() override { return std::make_unique<Swap>(place_, side_); }
  void discard() override { discard_shadow(*place_, *side_); }

 private:
  // Whoever builds it now finds the item changed at its next commit, and another builder in it after that.
  void open(const Uuid& id) {
    const ItemKey key = shadow_key(side_->projector);
    for (int tries = 0; tries < kMostTries; ++tries) {
      BufferedItems items{place_->client, place_->table, bytes_of(id)};
      const auto contents = items.find(key, BufferedItems::Reading::checked);
      ShadowState state;
      if (contents) {
        state = read_shadow(*contents);
      } else {
        state.projectors[side_->projector].handled.live = first_generation(id);
      }
      state.builder = side_->builder;
      items.put(key, shadow_contents(state));
      if (stored(*place_, items.writes(), id)) return;
    }
    throw Error{Errc::unavailable, "the shadow of projector " + detail::in_quotes(side_->projector) +
                                       ": others open it all the time; let one replay build it"};
  }

  const std::shared_ptr<TablesPlace> place_;
  std::shared_ptr<const ShadowSide> side_;
  std::unique_ptr<ShadowModel> model_;
};

}  // namespace

std::unique_ptr<ShadowTables> open_shadow_of(std::shared_ptr<TablesPlace> place, std::string_view projector) {
  return std::make_unique<Shadow>(std::move(place), projector);
}

}  // namespace leftfold::inline v0::dynamodb
