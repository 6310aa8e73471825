// SPDX-License-Identifier: Apache-2.0
// Under which name and version a read model knows an event of an aggregate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::detail {

/// Of a handled-version row (ReadModelTransaction::handled). Events without a version, which other programs may send,
/// are in order by their place in their partition. Refers to the event; neither copied nor moved.
class GateKey {
 public:
  explicit GateKey(const RecordedEvent& event) : aggregate_{event.aggregate_id}, version_{event.version} {
    if (event.version != Version::none()) return;
    own_ = without_version(event.aggregate_id, event.partition);
    aggregate_ = own_;
    version_ = Version{event.position.value()};
  }
  GateKey(const GateKey&) = delete;
  GateKey& operator=(const GateKey&) = delete;

  [[nodiscard]] std::string_view aggregate() const noexcept { return aggregate_; }
  [[nodiscard]] Version version() const noexcept { return version_; }
  /// The name for an aggregate's events without a version.
  [[nodiscard]] static std::string without_version(std::string_view aggregate, std::int32_t partition) {
    std::string name{aggregate};
    name.push_back('\0');  // which no aggregate id of a store has
    return name.append(std::to_string(partition));
  }
  /// Of the event before it.
  [[nodiscard]] Version before() const noexcept { return Version{version_.value() - 1}; }

 private:
  std::string own_;
  std::string_view aggregate_;
  Version version_;
};

}  // namespace leftfold::inline v0::detail
