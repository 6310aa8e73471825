// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/projector_update.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::dynamodb {

ProjectorUpdate::ProjectorUpdate(const BufferedItems& items, std::string_view name) {
  write_.kind = ItemWrite::Kind::update;
  write_.table = items.table();
  write_.item = projector_key(name).item();
  set(kRowRevision, value(items.revision()));
}

void ProjectorUpdate::keep_checkpoint(Position checkpoint) { keep(kCheckpoint, kKeptCheckpoint, checkpoint.value()); }
void ProjectorUpdate::keep_changes(Version changes) { keep(kChanges, kKeptChanges, changes.value()); }

void ProjectorUpdate::keep_handled(std::int64_t generation) {
  set(kKeptGeneration, "if_not_exists(" + attribute(kGeneration) + ", " + value(number(0)) + ")");
  set(kGeneration, value(number(generation)));
}

void ProjectorUpdate::count_change() {
  set(kChanges, "if_not_exists(" + attribute(kChanges) + ", " + value(number(0)) + ") + " + value(number(1)));
}

void ProjectorUpdate::add_garbage(const std::vector<std::int64_t>& generations) {
  if (generations.empty()) return;
  List more;
  for (const std::int64_t each : generations) more.emplace_back(number(each));
  set(kGarbage,
      "list_append(if_not_exists(" + attribute(kGarbage) + ", " + value(List{}) + "), " + value(std::move(more)) + ")");
}

ItemWrite ProjectorUpdate::take() {
  write_.update = "SET " + set_ + removed_;
  return std::move(write_);
}

// Operands are of the item as it was before the update.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
void ProjectorUpdate::keep(std::string_view name, std::string_view kept, std::int64_t then) {
  set(kept, "if_not_exists(" + attribute(name) + ", " + value(number(kNoneKept.value())) + ")");
  if (then == kNoneKept.value()) {
    removed_ += (removed_.empty() ? " REMOVE " : ", ") + attribute(name);
  } else {
    set(name, value(number(then)));
  }
}

void ProjectorUpdate::set(std::string_view name, const std::string& to) {
  set_ += (set_.empty() ? "" : ", ") + attribute(name) + " = " + to;
}

std::string ProjectorUpdate::attribute(std::string_view name) {
  const std::string as = "#" + std::string{name};
  const std::pair<std::string, std::string> pair{as, name};
  auto& names = write_.condition.names;
  if (std::ranges::find(names, pair) == names.end()) names.push_back(pair);
  return as;
}

std::string ProjectorUpdate::value(AttributeValue held) {
  std::string as = ":v" + std::to_string(write_.condition.values.size());
  write_.condition.values.push_back({as, std::move(held)});
  return as;
}

}  // namespace leftfold::inline v0::dynamodb
