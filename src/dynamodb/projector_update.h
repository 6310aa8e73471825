// SPDX-License-Identifier: Apache-2.0
// How a swap changes the item of a projector that is at work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>

#include "dynamodb/buffered_items.h"

namespace leftfold::inline v0::dynamodb {

/// Of what is kept: there was none. -1 is a checkpoint of the runtime's.
inline constexpr Position kNoneKept{-2};

/// One change of a projector's item whatever it holds: batches that began before it find another revision, and are
/// handled again. No condition, as a projector that is busy would never let it hold. One thread.
class ProjectorUpdate {
 public:
  /// With the revision of `items`.
  ProjectorUpdate(const BufferedItems& items, std::string_view name);

  // What is in use becomes what is kept; then the argument is in use (kNoneKept: none).
  void keep_checkpoint(Position checkpoint);
  void keep_changes(Version changes);
  void keep_handled(std::int64_t generation);

  void count_change();
  void add_garbage(const std::vector<std::int64_t>& generations);
  /// Call it once.
  [[nodiscard]] ItemWrite take();

 private:
  void keep(std::string_view name, std::string_view kept, std::int64_t then);
  void set(std::string_view name, const std::string& to);
  std::string attribute(std::string_view name);
  std::string value(AttributeValue held);

  ItemWrite write_;
  std::string set_;
  std::string removed_;
};

}  // namespace leftfold::inline v0::dynamodb
