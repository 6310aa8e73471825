// SPDX-License-Identifier: Apache-2.0
#include "runtime/running.h"

namespace leftfold::inline v0 {

Running::Running(std::unique_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
Running::Running(Running&&) noexcept = default;
Running& Running::operator=(Running&&) noexcept = default;
Running::~Running() = default;

void Running::finish() {
  if (impl_) impl_->finish();
}

}  // namespace leftfold::inline v0
