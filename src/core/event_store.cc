// SPDX-License-Identifier: Apache-2.0
#include <leftfold/event_store.h>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/utf8.h"

namespace leftfold::inline v0 {

namespace {

[[noreturn]] void refuse(const AppendRequest& request, const std::string& why) {
  throw Error{Errc::invalid_argument, "append to aggregate " + detail::in_quotes(request.aggregate_id) + ": " + why};
}

// A NUL would cut the name short in the C libraries below and in most tools that print it.
bool is_name(std::string_view text) { return text.find('\0') == text.npos && detail::is_utf8(text); }

}  // namespace

void validate(const AppendRequest& request) {
  const std::string& id = request.aggregate_id;
  if (id.empty()) refuse(request, "the aggregate id is empty");
  if (id.size() > kMaxAggregateIdBytes) {
    refuse(request, "the aggregate id has " + std::to_string(id.size()) + " bytes; " +
                        std::to_string(kMaxAggregateIdBytes) + " is the most");
  }
  if (!is_name(id)) refuse(request, "the aggregate id is not UTF-8 text without NUL");
  if (request.expected < Version::none()) {
    refuse(request, "expected version " + std::to_string(request.expected.value()) + " is below Version::none()");
  }
  const std::string& key = request.idempotency_key;
  if (key.size() > kMaxIdempotencyKeyBytes) {
    refuse(request, "the idempotency key has " + std::to_string(key.size()) + " bytes; " +
                        std::to_string(kMaxIdempotencyKeyBytes) + " is the most");
  }
  if (!is_name(key)) refuse(request, "the idempotency key is not UTF-8 text without NUL");
  if (request.events.empty() && key.empty()) refuse(request, "there are no events and no idempotency key");
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    const NewEvent& event = request.events[i];
    const auto refuse_event = [&](const char* why) {
      refuse(request, "event " + std::to_string(i) + " (" + detail::in_quotes(event.type) + "): " + why);
    };
    if (event.type.empty() || !is_name(event.type)) refuse_event("its type is empty or not UTF-8 text");
    if (event.id.is_nil()) refuse_event("its id is the nil UUID; use Uuid::v7");
    if (event.payload.empty()) refuse_event("its payload is empty; JSON has {} for no fields");
    if (event.schema_version < 1) refuse_event("its schema version is below 1");
  }
}

}  // namespace leftfold::inline v0
