// SPDX-License-Identifier: Apache-2.0
// What a program can read of a store: the counting behind the command check.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/event_page.h>

namespace leftfold::inline v0::cli {

/// An event that cannot be read. Plain value.
struct CheckFailure {
  std::string event_id;
  std::string aggregate_id;
  std::int64_t version = 0;
  std::string type;
  std::string reader;  ///< the aggregate or handler that cannot
  std::string why;
};

/// Tries events and counts them by type and schema version. One thread at a time; the App must outlive it.
class StoreCheck {
 public:
  static constexpr std::size_t kFailuresKept = 3;  ///< of each type and version

  struct Group {
    std::string reads_as;  ///< "CartItemAdded 3", "dropped", "unknown"
    bool unknown = false;
    std::size_t events = 0;
    std::size_t failed = 0;
    std::vector<CheckFailure> first;
  };
  using Groups = std::map<std::pair<std::string, int>, Group, std::less<>>;  ///< by stored type and version

  explicit StoreCheck(const App& app);

  void look_at(const RecordedEvent& event);
  /// Counts an event that the store itself could not read.
  void unreadable(const RecordedEvent& event, std::string why);

  [[nodiscard]] const Groups& groups() const noexcept { return groups_; }
  [[nodiscard]] std::size_t events() const noexcept { return events_; }
  [[nodiscard]] std::size_t failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t unknown() const noexcept { return unknown_; }

 private:
  struct Reader {
    std::string name;
    EventCatalog catalog;
  };
  struct Kind {
    Group* group;
    std::vector<const Reader*> readers;  ///< one for each struct that the event decodes to
  };

  [[nodiscard]] Kind& kind_of(const RecordedEvent& event);
  void fail(Group& group, const RecordedEvent& event, std::string reader, std::string why);

  std::vector<Reader> readers_;
  Groups groups_;
  std::map<std::pair<std::string, int>, Kind> kinds_;
  std::size_t events_ = 0;
  std::size_t failed_ = 0;
  std::size_t unknown_ = 0;
};

}  // namespace leftfold::inline v0::cli
