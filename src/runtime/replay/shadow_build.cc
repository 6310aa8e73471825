// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/shadow_build.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "runtime/replay/patient.h"
#include "runtime/replay/replay_mark.h"

namespace leftfold::inline v0::runtime {
namespace {

// How often a swap begins again because an event that came in its last moment had to be parked first, which it cannot
// be while writers are kept out.
constexpr int kSwapTries = 5;

}  // namespace

ShadowBuild::ShadowBuild(const TargetContext& context, ReadModel& live, std::string projector, EventStore* ordered)
    : context_{context}, projector_{std::move(projector)}, ordered_{ordered}, shadow_{live.open_shadow(projector_)} {
  if (!can_resume()) {  // what another program left there may be other tables
    shadow_->discard();
    shadow_.reset();
    shadow_ = live.open_shadow(projector_);
  }
  const std::optional<Position> checkpoint = live.checkpoint(projector_);
  if (ordered_ != nullptr && checkpoint && *checkpoint >= Position::start()) ends_at_ = checkpoint;
}

bool ShadowBuild::can_resume() const {
  if (!context_.options.resume) return false;
  const auto transaction = shadow_->model().begin(projector_);
  return transaction->checkpoint() && replay_mark(*transaction, projector_, context_.filter);
}

void ShadowBuild::refuse_stopped() const {
  throw Error{Errc::stopped, "replay of " + projector_ + ": stopped; the tables in use are as they were"};
}

void ShadowBuild::catch_up(GatedTarget& target, Position to, const std::stop_token& stop) {
  target.end_at(to);
  while (target.done(0) < to) {
    if (stop.stop_requested()) refuse_stopped();
    ReplayPage page;
    const auto read = [&] { page.add(ordered_->read_all(target.done(0), context_.options.batch)); };
    if (!patiently(context_.options, stop, "read events", read)) refuse_stopped();
    if (page.size == 0) return;
    target.handle(page, stop);
  }
}

ShadowComparison ShadowBuild::compare(GatedTarget& target, std::size_t most, const std::stop_token& stop) {
  if (ordered_ == nullptr) {
    throw Error{Errc::invalid_argument, "replay of " + projector_ +
                                            ": only a store with an order over all aggregates says that two "
                                            "generations are at the same place"};
  }
  const std::unique_ptr<LiveTables> live = shadow_->live();
  ShadowComparison comparison;
  comparison.projector = projector_;
  comparison.at = live->checkpoint();
  if (!comparison.at) return comparison;
  if (*comparison.at < target.done(0) && !ends_at_) {  // they were made meanwhile, and are still being filled
    comparison.at.reset();
    return comparison;
  }
  if (*comparison.at < target.done(0)) {
    throw Error{Errc::fenced,
                "replay of " + projector_ +
                    ": the tables in use are behind the shadow: somebody set them back meanwhile; compare "
                    "again when they have caught up"};
  }
  catch_up(target, *comparison.at, stop);
  comparison.found = live->compare(most);
  return comparison;
}

void ShadowBuild::swap(GatedTarget& target, const std::stop_token& stop) {
  for (int left = kSwapTries;; --left) {
    if (ordered_ != nullptr) catch_up(target, ordered_->head(), stop);  // most of it, while others write
    try {
      // A store that is busy for a moment does not cost what hours may have built.
      if (!patiently(context_.options, stop, "swap the new tables in", [&] { swap_at_once(target, stop); })) {
        refuse_stopped();
      }
      return;
    } catch (const HandlerFailed&) {
      if (left == 1 || context_.options.on_error != OnReplayError::park) throw;
    }
  }
}

void ShadowBuild::swap_at_once(GatedTarget& target, const std::stop_token& stop) {
  const std::unique_ptr<TableSwap> swap = shadow_->begin_swap();
  // With the events in the same file this is their end; else at least where the tables in use are.
  if (ordered_ != nullptr) {
    catch_up(target, std::max(ordered_->head(), swap->checkpoint().value_or(Position::start())), stop);
  }
  if (stop.stop_requested()) refuse_stopped();
  swap->commit();
}

}  // namespace leftfold::inline v0::runtime
