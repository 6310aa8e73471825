// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <leftfold/error.h>
#include <leftfold/lease_store.h>

#include "core/in_quotes.h"

namespace leftfold::inline v0 {

void validate(const Lease& lease) {
  if (lease.group.empty()) throw Error{Errc::invalid_argument, "a lease needs a group"};
  if (lease.name.empty()) {
    throw Error{Errc::invalid_argument, "a lease of group " + detail::in_quotes(lease.group) + " needs a name"};
  }
  if (lease.counter < 0) {
    throw Error{Errc::invalid_argument, "lease " + detail::in_quotes(lease.name) + " of group " +
                                            detail::in_quotes(lease.group) + " has the counter " +
                                            std::to_string(lease.counter) + "; one that does not exist has 0"};
  }
}

}  // namespace leftfold::inline v0
