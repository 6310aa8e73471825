// SPDX-License-Identifier: Apache-2.0
#include "runtime/breaker_round.h"

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0::detail {

void BreakerRound::begin() {
  end();
  in_round_ = true;
}

void BreakerRound::end() noexcept {
  in_round_ = false;
  records_.reset();
  failure_ = nullptr;
}

// False when each record is to be read by itself.
bool BreakerRound::look() {
  if (!in_round_ || records_) return in_round_;
  if (failure_) std::rethrow_exception(failure_);
  try {
    records_ = store_.list();
  } catch (const Error& error) {
    if (error.code() == Errc::corrupt) return in_round_ = false;  // it may be a record of somebody else
    failure_ = std::current_exception();
    throw;
  }
  return true;
}

BreakerRecord BreakerRound::read(std::string_view name) {
  if (!look()) return store_.read(name);
  const auto at = std::ranges::find(*records_, name, &BreakerRecord::name);
  if (at != records_->end()) return *at;
  BreakerRecord none;
  none.name = name;
  return none;
}

bool BreakerRound::write(const BreakerRecord& record) {
  records_.reset();  // whatever becomes of it
  return store_.write(record);
}

}  // namespace leftfold::inline v0::detail
