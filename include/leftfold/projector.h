// SPDX-License-Identifier: Apache-2.0
// Projectors keep read tables. A Projector may be replayed: it has no side effects besides its read model.
#pragma once

#include <concepts>

#include <leftfold/event.h>
#include <leftfold/read_model.h>

namespace leftfold::inline v0 {

/// Base of everything that turns events into a table to read:
///
///     struct HotProducts : leftfold::Projector<CartEvents> {
///       void on(const CartItemAdded& e) { counts[e.product_id] += e.quantity; }
///       void reset() { counts.clear(); }          // makes the table empty; called before the first event and a replay
///       std::map<std::string, int> counts;
///     };
///
/// Without more, the table lives in memory and is rebuilt from the first event each time the Runner starts. With a
/// member `leftfold::ReadModel& read_model()` it lives there, and its effect is exactly once: the rows and the
/// checkpoint commit together. A Projector handles one event at a time: those of an aggregate in their order, and all
/// of them in the store's order, save that an aggregate whose event failed comes later than the others, when it is
/// tried again or re-driven. What it did to a read model before it threw is undone; what it did to a table in memory
/// stays, so throw before changing that. Read it from other threads through Runner::read. If a base declares `on` too,
/// write `using Base::on;`.
template <class... Lists>
struct Projector {
  using Catalog = typename detail::Concat<Lists...>::type;
  using IsProjector = void;
};

template <class H>
concept ProjectorType = requires { typename H::IsProjector; };
template <class H>
concept Resettable = requires(H& h) { h.reset(); };
template <class H>
concept HasReadModel = requires(H& h) {
  { h.read_model() } -> std::convertible_to<ReadModel&>;
};

}  // namespace leftfold::inline v0
