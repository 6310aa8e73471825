// SPDX-License-Identifier: Apache-2.0
// One event on its way through a projector.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/event_page.h>

#include "runtime/failure_handling.h"

namespace leftfold::inline v0::detail {

/// An event that is to be finished, and what is known of it. Moves only.
struct Delivery {
  enum class Next : std::uint8_t {
    handle,  // give it to the handler
    done,    // its effect is there already, as the handler said
    parked,  // it is a dead letter, durably
    stop,    // it ends the subscription
  };
  enum class Outcome : std::uint8_t {
    passed,    // of no interest to the handler
    handled,   // or its effect is there already
    skipped,   // the read model says that it is in the tables
    repeated,  // the version gate says that it was decided about
    parked,
  };

  explicit Delivery(const RecordedEvent& e) : event{&e} {}

  const RecordedEvent* event;
  std::shared_ptr<const void> owner;  // of the event and its texts, once it outlives the take() that brought it
  std::unique_ptr<Trouble> trouble;   // once something went wrong with it
  Next next = Next::handle;
  Outcome outcome = Outcome::passed;  // of the last run through the handler
  std::optional<Version> reached;     // parked early or again: the version that is in the tables

  [[nodiscard]] Trouble& troubles() {
    if (!trouble) trouble = std::make_unique<Trouble>();
    return *trouble;
  }
  /// Makes it independent of the page it came with.
  void keep() {
    if (owner) return;
    auto own = std::make_shared<Own>(*event);
    event = &own->event;
    owner = std::move(own);
  }

 private:
  struct Own {
    explicit Own(const RecordedEvent& e) : copy{e}, event{copy.view()} {}
    EventCopy copy;
    RecordedEvent event;
  };
};

using Deliveries = std::vector<Delivery>;

}  // namespace leftfold::inline v0::detail
