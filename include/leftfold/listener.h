// SPDX-License-Identifier: Apache-2.0
// Listeners do things in the world: mails, payments, calls. They are never replayed.
#pragma once

#include <leftfold/event.h>

namespace leftfold::inline v0 {

/// Base of everything that acts on events:
///
///     struct SendReceipt : leftfold::Listener<CartEvents> {
///       explicit SendReceipt(Mailer& m) : mailer(m) {}
///       void on(const CartCheckedOut&, const leftfold::EventMetadata& meta) { mailer.send(meta.aggregate_id); }
///       Mailer& mailer;
///     };
///
/// Events of one aggregate arrive in order, one at a time. Delivery is at least once: after a crash the last few may
/// come again with the same meta.event_id. A Listener whose `on` functions are all const is called from several threads
/// at once, for different aggregates; with any other, one call at a time (HandlerOptions::workers overrules both).
template <class... Lists>
struct Listener {
  using Catalog = typename detail::Concat<Lists...>::type;
  using IsListener = void;
};

template <class H>
concept ListenerType = requires { typename H::IsListener; };

}  // namespace leftfold::inline v0
