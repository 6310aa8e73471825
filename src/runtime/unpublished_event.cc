// SPDX-License-Identifier: Apache-2.0
#include "runtime/unpublished_event.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <leftfold/metadata.h>

#include "base/utf8.h"
#include "runtime/derived_id.h"

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::size_t kMostBytes = 500;

// Its beginning, fit for JSON.
std::string bounded(std::string_view text) {
  std::string cut;
  while (!text.empty() && cut.size() < kMostBytes) {
    const std::size_t size = base::character_size(text);
    if (size == 0 || text.front() == '\0') cut += '?';
    else cut += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text.empty() ? cut : cut + "...";
}

}  // namespace

EventCopy unpublished_event(const RecordedEvent& event, std::string_view why, Timestamp now) {
  EventCopy marker;
  marker.aggregate_id = event.aggregate_id;
  marker.version = event.version;
  marker.type = kUnpublished;
  marker.payload = "{}";
  marker.id = event.id.is_nil() ? derived_id(event.aggregate_id, event.version) : event.id;
  marker.commit_id = event.commit_id.is_nil() ? marker.id : event.commit_id;
  marker.commit_pos = event.commit_pos;
  marker.commit_size = event.commit_size;
  marker.committed_at = event.committed_at == Timestamp{} ? now : event.committed_at;
  CommandContext context;
  context.headers["unpublished"] = bounded(why);
  marker.metadata = to_metadata_json(context);
  return marker;
}

bool is_refusal(const Error& error) noexcept {
  return error.code() == Errc::invalid_argument || error.code() == Errc::invalid_data;
}

void log_marked(Logger& log, const RecordedEvent& event, std::string_view why) {
  log.log(LogLevel::error, "publisher",
          "an event cannot be published; one of type $Unpublished stands for it in the broker",
          {{"aggregate", std::string{event.aggregate_id}},
           {"version", std::to_string(event.version.value())},
           {"cause", std::string{why}}});
}

}  // namespace leftfold::inline v0::runtime
