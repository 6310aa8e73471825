// SPDX-License-Identifier: Apache-2.0
// A record's value: flat JSON with the members of docs/format/kafka.md.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>

#include "kafka/received.h"

namespace leftfold::inline v0::kafka {

/// Reads one value, in one pass and without allocations of its own. Of payload and metadata only the extent is found:
/// whoever decodes them checks them, once, and bytes that do not decode are parked then too.
/// One thread at a time; for one value.
class ValueReader {
 public:
  explicit ValueReader(const Received& record) : record_{record} {}

  /// The event; its texts are valid until the thread reads the next value. Throws Error(invalid_data) that says what is
  /// wrong.
  [[nodiscard]] RecordedEvent read();

 private:
  using Value = simdjson::ondemand::value;

  /// The order is that of kNames.
  enum class Member : std::uint8_t {
    aggregate_id,
    version,
    event,
    payload,
    committed_at,
    event_id,
    commit_id,
    commit_pos,
    commit_size,
    schema_version,
    metadata,
  };
  static constexpr std::string_view kNames[] = {"aggregateId", "version",       "event",    "payload",
                                                "committedAt", "eventId",       "commitId", "commitPos",
                                                "commitSize",  "schemaVersion", "metadata"};

  void members(std::string_view json);
  void member(std::string_view name, Value& value);
  void take(Member member, Value& value);
  std::string_view text(Member member, Value& value);
  std::int64_t integer(Member member, Value& value, std::int64_t least, std::int64_t most);
  Uuid uuid(Member member, Value& value);
  std::string_view object(Member member, Value& value);
  void finish();

  [[nodiscard]] bool has(Member member) const { return (given_ >> static_cast<unsigned>(member) & 1U) != 0; }
  [[nodiscard]] static std::string quoted(Member member);
  [[noreturn]] static void wrong(Member member, Value& value, const std::string& expected);
  static void check(simdjson::error_code error);

  const Received& record_;
  RecordedEvent event_;
  unsigned seen_ = 0;   // bits of Member
  unsigned given_ = 0;  // those that are not null
};

}  // namespace leftfold::inline v0::kafka
