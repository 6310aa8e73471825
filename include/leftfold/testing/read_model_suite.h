// SPDX-License-Identifier: Apache-2.0
// The promises of ReadModel as tests: run them for every implementation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <leftfold/read_model.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// A read model that holds one number, 0 at first: all the suite needs of a table.
struct ReadModelHandle {
  std::shared_ptr<ReadModel> model;
  std::function<void(std::int64_t)> add;  ///< adds to the number; belongs to the calling thread's transaction
  std::function<std::int64_t()> number;   ///< what the calling thread sees of it
};

/// Opens the read model at one place. Every call opens it anew, as another process would; one that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenReadModel = std::function<ReadModelHandle()>;

/// Makes a fresh, empty place.
using MakeReadModel = std::function<OpenReadModel()>;

/// What the suite may expect of a read model. Plain value.
struct ReadModelSuiteOptions {
  bool writers_wait = true;  ///< begin() waits for other writers; else commit() says that there was one
};

/// One case a promise of read_model.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> read_model_suite(MakeReadModel make, ReadModelSuiteOptions options = {});

}  // namespace leftfold::inline v0::testing
