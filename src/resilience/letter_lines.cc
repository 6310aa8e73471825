// SPDX-License-Identifier: Apache-2.0
#include "resilience/letter_lines.h"

#include <cstdint>
#include <optional>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json.h>

#include "core/utf8.h"

namespace leftfold::inline v0::detail {
namespace {

using Text = std::optional<std::string>;
using Base64 = std::optional<Bytes>;

// Names and order of the members are the format.
struct EventMembers {
  std::optional<Uuid> id{};
  Text aggregate_id{};
  Base64 aggregate_id_base64{};
  std::optional<Version> version{};
  Text type{};
  Base64 type_base64{};
  Text payload{};
  Base64 payload_base64{};
  Text metadata{};
  Base64 metadata_base64{};
  std::optional<std::int32_t> schema_version{};
  std::optional<Timestamp> committed_at{};
  std::optional<std::int32_t> partition{};
  std::optional<Position> position{};
  std::optional<Uuid> commit_id{};
  std::optional<std::int32_t> commit_pos{};
  std::optional<std::int32_t> commit_size{};
};

struct LetterMembers {
  std::optional<int> format{};
  Text subscription{};
  Text sequence{};
  Base64 sequence_base64{};
  std::optional<ParkReason> reason{};
  std::optional<FailureClass> failure{};
  Text error_type{};
  Base64 error_type_base64{};
  Text error_message{};
  Base64 error_message_base64{};
  std::optional<int> attempts{};
  std::optional<int> redrives{};
  std::optional<Timestamp> first_failed_at{};
  std::optional<Timestamp> parked_at{};
  Text node{};
  Base64 node_base64{};
  std::optional<EventMembers> event{};
};

struct FormatMember {
  std::optional<int> format{};
};

/// Text as it is; other bytes as base64.
void put(std::string_view bytes, Text& text, Base64& base64) {
  if (is_utf8(bytes)) {
    text = bytes;
    return;
  }
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  base64 = Bytes{begin, begin + bytes.size()};
}

LetterMembers members_of(std::string_view subscription, const DeadLetter& letter) {
  LetterMembers line;
  line.format = kLetterFormat;
  line.subscription = subscription;
  put(letter.sequence, line.sequence, line.sequence_base64);
  line.reason = letter.reason;
  line.failure = letter.failure;
  put(letter.error_type, line.error_type, line.error_type_base64);
  put(letter.error_message, line.error_message, line.error_message_base64);
  line.attempts = letter.attempts;
  line.redrives = letter.redrives;
  line.first_failed_at = letter.first_failed_at;
  line.parked_at = letter.parked_at;
  put(letter.node, line.node, line.node_base64);
  EventMembers& event = line.event.emplace();
  event.id = letter.event.id;
  put(letter.event.aggregate_id, event.aggregate_id, event.aggregate_id_base64);
  event.version = letter.event.version;
  put(letter.event.type, event.type, event.type_base64);
  put(letter.event.payload, event.payload, event.payload_base64);
  put(letter.event.metadata, event.metadata, event.metadata_base64);
  event.schema_version = letter.event.schema_version;
  event.committed_at = letter.event.committed_at;
  event.partition = letter.event.partition;
  event.position = letter.event.position;
  event.commit_id = letter.event.commit_id;
  event.commit_pos = letter.event.commit_pos;
  event.commit_size = letter.event.commit_size;
  return line;
}

/// Takes members over; what is wrong with one is an error that names it.
class Taker {
 public:
  explicit Taker(std::size_t line) : line_{line} {}

  template <class T>
  void take(std::string_view name, std::optional<T>& member, T& into) const {
    if (!member) fail(name, "is missing");
    into = std::move(*member);
  }
  void take(const std::string& name, Text& text, Base64& base64, std::string& into) const {
    if (text && base64) fail(name, "is given twice, as text and as base64; leave one out");
    if (!text && !base64) fail(name, "is missing, and " + name + "_base64 too");
    if (text) {
      into = std::move(*text);
    } else {
      into.assign(reinterpret_cast<const char*>(base64->data()), base64->size());
    }
  }
  void check(bool good, std::string_view name, std::string_view problem) const {
    if (!good) fail(name, problem);
  }
  [[noreturn]] void fail(std::string_view name, std::string_view problem, Errc code = Errc::invalid_data) const {
    throw Error{code, "line " + std::to_string(line_) + ": $." + std::string{name} + " " + std::string{problem}};
  }

 private:
  std::size_t line_;
};

DeadLetter letter_of(LetterMembers& line, const Taker& from) {
  DeadLetter letter;
  from.take("sequence", line.sequence, line.sequence_base64, letter.sequence);
  from.take("reason", line.reason, letter.reason);
  from.take("failure", line.failure, letter.failure);
  from.take("error_type", line.error_type, line.error_type_base64, letter.error_type);
  from.take("error_message", line.error_message, line.error_message_base64, letter.error_message);
  from.take("attempts", line.attempts, letter.attempts);
  from.take("redrives", line.redrives, letter.redrives);
  from.take("first_failed_at", line.first_failed_at, letter.first_failed_at);
  from.take("parked_at", line.parked_at, letter.parked_at);
  from.take("node", line.node, line.node_base64, letter.node);
  if (!line.event) from.fail("event", "is missing");
  EventMembers& event = *line.event;
  EventCopy& into = letter.event;
  from.take("event.id", event.id, into.id);
  from.take("event.aggregate_id", event.aggregate_id, event.aggregate_id_base64, into.aggregate_id);
  from.take("event.version", event.version, into.version);
  from.take("event.type", event.type, event.type_base64, into.type);
  from.take("event.payload", event.payload, event.payload_base64, into.payload);
  from.take("event.metadata", event.metadata, event.metadata_base64, into.metadata);
  from.take("event.schema_version", event.schema_version, into.schema_version);
  from.take("event.committed_at", event.committed_at, into.committed_at);
  from.take("event.partition", event.partition, into.partition);
  from.take("event.position", event.position, into.position);
  from.take("event.commit_id", event.commit_id, into.commit_id);
  from.take("event.commit_pos", event.commit_pos, into.commit_pos);
  from.take("event.commit_size", event.commit_size, into.commit_size);
  from.check(!letter.sequence.empty(), "sequence", "is empty");
  from.check(letter.attempts >= 0, "attempts", "is negative");
  from.check(letter.redrives >= 0, "redrives", "is negative");
  from.check(into.version >= Version::none(), "event.version", "is less than -1");
  return letter;
}

}  // namespace

void append_letter_line(std::string& out, std::string_view subscription, const DeadLetter& letter) {
  std::string line = to_json(members_of(subscription, letter));
  line += '\n';
  out += line;
}

LetterLine read_letter_line(std::string_view line, std::size_t number) {
  const Taker from{number};
  LetterMembers members;
  try {
    // First, as what a newer format holds may not be readable at all.
    FormatMember format;
    read_json(line, format);
    if (!format.format) from.fail("format", "is missing; is this a file of dead letters?");
    if (*format.format > kLetterFormat) {
      from.fail("format",
                "is " + std::to_string(*format.format) + ", this program reads up to " + std::to_string(kLetterFormat) +
                    "; use a newer leftfold",
                Errc::unsupported);
    }
    from.check(*format.format == kLetterFormat, "format", "is no format of dead letters");
    read_json(line, members);
  } catch (const JsonError& error) {
    throw Error{Errc::invalid_data, "line " + std::to_string(number) + ": " + error.what()};
  }
  LetterLine read;
  from.take("subscription", members.subscription, read.subscription);
  from.check(!read.subscription.empty(), "subscription", "is empty");
  read.letter = letter_of(members, from);
  return read;
}

}  // namespace leftfold::inline v0::detail
