// SPDX-License-Identifier: Apache-2.0
// Whether a store's events are what a store promises: the counting behind store verify.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::cli {

/// Something that is wrong. Plain value.
struct Finding {
  std::string stream;  ///< empty: none in particular
  std::optional<Version> version;
  Position position;  ///< start(): not known
  std::string what;
};

/// Looks at every event once, and at the end at every stream: versions 0, 1, 2, ... without a gap, in the store's order
/// where it has one; payloads that are JSON objects, metadata that is an object of strings; commits that are whole and
/// stand together. Memory: a row a stream. One thread at a time.
class EventAudit {
 public:
  static constexpr std::size_t kFindingsKept = 1000;

  /// `ordered`: events come in the store's order.
  explicit EventAudit(bool ordered) : ordered_{ordered} {}

  void look_at(const RecordedEvent& event);
  /// What the store itself could not read, or says.
  void add(Finding finding);
  /// No more events come.
  void finish();

  [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }
  [[nodiscard]] std::size_t found() const noexcept { return found_; }  ///< also those that were not kept
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }

 private:
  struct Stream {
    std::int64_t events = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool told = false;  // one finding a stream says it
  };
  struct Commit {
    Uuid id;
    std::int32_t next = 0;
    std::int32_t size = 0;
    std::string stream;
  };

  void check_version(const RecordedEvent& event);
  void check_commit(const RecordedEvent& event);
  void check_texts(const RecordedEvent& event);
  void find(const RecordedEvent& event, std::string what);

  const bool ordered_;
  std::vector<Finding> findings_;
  std::size_t found_ = 0;
  std::uint64_t events_ = 0;
  Position last_;
  Commit commit_;
  std::unordered_map<std::string, Stream> streams_;
};

}  // namespace leftfold::inline v0::cli
