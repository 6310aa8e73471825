// SPDX-License-Identifier: Apache-2.0
#include <leftfold/snapshot_store.h>

#include <leftfold/error.h>

namespace leftfold::inline v0 {

void validate_snapshot_key(std::string_view aggregate_id, std::string_view schema) {
  if (aggregate_id.empty()) throw Error{Errc::invalid_argument, "snapshot: the aggregate has no id"};
  if (schema.empty()) {
    throw Error{Errc::invalid_argument, "snapshot of \"" + std::string{aggregate_id} + "\": the schema has no name"};
  }
}

void validate(const StoredSnapshot& snapshot) {
  validate_snapshot_key(snapshot.aggregate_id, snapshot.schema);
  if (snapshot.version < Version{0}) {
    throw Error{Errc::invalid_argument, "snapshot of \"" + snapshot.aggregate_id + "\": version " +
                                            std::to_string(snapshot.version.value()) +
                                            " is before the first event; snapshot what has events"};
  }
}

}  // namespace leftfold::inline v0
