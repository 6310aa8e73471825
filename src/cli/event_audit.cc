// SPDX-License-Identifier: Apache-2.0
#include "cli/event_audit.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/metadata.h>

namespace leftfold::inline v0::cli {
namespace {

struct AnyObject {};  // no fields: reading it checks that the text is an object, and well-formed

}  // namespace

void EventAudit::look_at(const RecordedEvent& event) {
  ++events_;
  if (ordered_ && event.position <= last_) find(event, "its position does not follow that of the event before it");
  last_ = event.position;
  check_version(event);
  if (ordered_) check_commit(event);
  check_texts(event);
}

void EventAudit::check_version(const RecordedEvent& event) {
  const std::int64_t version = event.version.value();
  auto [at, is_new] = streams_.try_emplace(std::string{event.aggregate_id}, Stream{0, version, version, false});
  Stream& stream = at->second;
  if (ordered_ && version != (is_new ? 0 : stream.last + 1) && !std::exchange(stream.told, true)) {
    find(event, is_new ? "it is the first event of its stream, and not version 0"
                       : "the event before it in its stream is version " + std::to_string(stream.last));
  }
  ++stream.events;
  stream.first = std::min(stream.first, version);
  stream.last = ordered_ ? version : std::max(stream.last, version);
}

/// An append is stored as a whole, so its events stand one behind the other.
void EventAudit::check_commit(const RecordedEvent& event) {
  const bool open = commit_.next < commit_.size;
  const bool continues = open && event.commit_id == commit_.id && event.aggregate_id == commit_.stream &&
                         event.commit_pos == commit_.next && event.commit_size == commit_.size;
  if (continues) {
    ++commit_.next;
    return;
  }
  if (open) find(event, "the commit " + commit_.id.to_string() + " before it is not whole");
  if (event.commit_pos != 0 || event.commit_size < 1) {
    find(event, "it is event " + std::to_string(event.commit_pos + 1) + " of " + std::to_string(event.commit_size) +
                    " of a commit whose beginning is not before it");
    commit_ = {};
    return;
  }
  if (event.commit_id != event.id) find(event, "it begins a commit that is named after another event");
  commit_ = {event.commit_id, 1, event.commit_size, std::string{event.aggregate_id}};
}

void EventAudit::check_texts(const RecordedEvent& event) {
  if (event.type.empty()) find(event, "its type is empty");
  try {
    AnyObject any;
    read_json(event.payload, any);
  } catch (const Error& error) {
    find(event, std::string{"its payload is no JSON object: "} + error.what());
  }
  try {
    (void)metadata_of(event);
  } catch (const Error& error) {
    find(event, error.what());
  }
}

void EventAudit::finish() {
  if (ordered_) {
    if (commit_.next < commit_.size) {
      add({commit_.stream, std::nullopt, last_, "the commit " + commit_.id.to_string() + " at the end is not whole"});
    }
    return;
  }
  std::vector<std::string> wrong;  // in an order
  for (const auto& [name, stream] : streams_) {
    if (stream.first != 0 || stream.last != stream.events - 1) wrong.push_back(name);
  }
  std::sort(wrong.begin(), wrong.end());
  for (const std::string& name : wrong) {
    const Stream& stream = streams_.at(name);
    add({name,
         std::nullopt,
         {},
         "has " + std::to_string(stream.events) + " events, of versions " + std::to_string(stream.first) + " to " +
             std::to_string(stream.last) + ": some are missing"});
  }
}

void EventAudit::find(const RecordedEvent& event, std::string what) {
  add({std::string{event.aggregate_id}, event.version, event.position, std::move(what)});
}

void EventAudit::add(Finding finding) {
  if (++found_ <= kFindingsKept) findings_.push_back(std::move(finding));
}

}  // namespace leftfold::inline v0::cli
