// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/event_hash.h"

#include <leftfold/json/json_error.h>

#include "json/same_document.h"

namespace leftfold::inline v0::runtime {
namespace {

/// With its length: no field can be taken for a part of another.
void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

void append_number(std::string& out, std::int64_t number) { append_field(out, std::to_string(number)); }

/// "j" and the one form, or "t" and the text of what is no JSON; nothing for nothing.
std::string document(std::string_view text) {
  if (text.empty()) return {};
  try {
    return 'j' + json::canonical_document(text);
  } catch (const JsonError&) {
    return 't' + std::string{text};
  }
}

bool same(std::string_view a, std::string_view b) { return a == b || document(a) == document(b); }

}  // namespace

std::string canonical_event(const RecordedEvent& event) {
  std::string text;
  append_field(text, event.aggregate_id);
  append_number(text, event.version.value());
  append_field(text, event.type);
  append_number(text, event.schema_version);
  append_field(text, event.id.to_string());
  append_number(text, event.committed_at.time_since_epoch().count());
  append_field(text, event.commit_id.to_string());
  append_number(text, event.commit_pos);
  append_number(text, event.commit_size);
  append_field(text, document(event.metadata));
  append_field(text, document(event.payload));
  return text;
}

std::string_view difference_of(const RecordedEvent& a, const RecordedEvent& b) {
  if (a.aggregate_id != b.aggregate_id) return "aggregate id";
  if (a.version != b.version) return "version";
  if (a.type != b.type) return "type";
  if (a.id != b.id) return "event id";
  if (a.schema_version != b.schema_version) return "schema version";
  if (a.commit_id != b.commit_id || a.commit_pos != b.commit_pos || a.commit_size != b.commit_size) return "commit";
  if (a.committed_at != b.committed_at) return "time";
  if (!same(a.payload, b.payload)) return "payload";
  if (!same(a.metadata, b.metadata)) return "metadata";
  return {};
}

void HashSum::add(const base::Sha256Digest& digest) noexcept {
  unsigned carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    carry += unsigned{sum[i]} + digest[i];
    sum[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
}

void AggregateHash::add(std::string_view canonical_event) noexcept {
  hash_.add(canonical_event);
  ++events_;
}

}  // namespace leftfold::inline v0::runtime
