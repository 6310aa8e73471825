// SPDX-License-Identifier: Apache-2.0
#include "runtime/handler_failed.h"

#include <string_view>
#include <utility>

#include <leftfold/runner.h>

namespace leftfold::inline v0 {
namespace {

template <class Facts>
std::string failed_event_text(std::string_view type, const Facts& event, Uuid id, const std::string& cause) {
  return std::string{type} + " (aggregate \"" + std::string{event.aggregate_id} + "\", version " +
         std::to_string(event.version.value()) + ", position " + std::to_string(event.position.value()) + ", id " +
         id.to_string() + "): the handler failed: " + cause;
}

std::string failure_text(const std::string& subscription, const EventMetadata& event, const std::string& cause) {
  return "subscription " + subscription + " stopped before event " +
         failed_event_text(event.event_type, event, event.event_id, cause) +
         "; nothing is skipped: remove the cause and run again, it continues there";
}

}  // namespace

HandlerFailed::HandlerFailed(std::string subscription, const EventMetadata& event, const std::string& cause)
    : Error{Errc::handler_failed, failure_text(subscription, event, cause)},
      subscription_{std::move(subscription)},
      event_id_{event.event_id},
      position_{event.position} {}
HandlerFailed::~HandlerFailed() = default;

namespace detail {

std::string describe(const std::exception_ptr& cause) noexcept try {
  std::rethrow_exception(cause);
} catch (const std::exception& error) {
  return error.what();
} catch (...) {
  return "an exception that is not a std::exception";
}

std::string failed_event(const RecordedEvent& event, const std::exception_ptr& cause) {
  return "event " + failed_event_text(event.type, event, event.id, describe(cause));
}

std::exception_ptr handler_failed(const std::string& subscription, const RecordedEvent& event,
                                  const std::exception_ptr& cause) noexcept try {
  RecordedEvent facts = event;
  facts.metadata = {};  // may be what does not decode
  return std::make_exception_ptr(HandlerFailed{subscription, metadata_of(facts), describe(cause)});
} catch (...) {
  return std::current_exception();  // out of memory
}

}  // namespace detail
}  // namespace leftfold::inline v0
