// SPDX-License-Identifier: Apache-2.0
#include <leftfold/breaker_store.h>
#include <leftfold/error.h>

namespace leftfold::inline v0 {

void validate(const BreakerRecord& record) {
  if (record.name.empty()) throw Error{Errc::invalid_argument, "breaker record: the breaker has no name"};
  if (record.nodes.contains("")) {
    throw Error{Errc::invalid_argument, "breaker record of \"" + record.name + "\": a node has no name"};
  }
}

}  // namespace leftfold::inline v0
