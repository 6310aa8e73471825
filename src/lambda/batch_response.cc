// SPDX-License-Identifier: Apache-2.0
#include "lambda/batch_response.h"

#include <algorithm>
#include <vector>

#include <leftfold/json.h>

namespace leftfold::inline v0::lambda {
namespace {

// NOLINTBEGIN(readability-identifier-naming): names of the JSON
struct ItemFailure {
  std::string itemIdentifier;
};
struct BatchResponse {
  std::vector<ItemFailure> batchItemFailures;
};
// NOLINTEND(readability-identifier-naming)

std::string_view without_zeros(std::string_view digits) noexcept {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) noexcept {
  a = without_zeros(a);
  b = without_zeros(b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string batch_response(std::span<const Change> not_done) {
  BatchResponse response;
  const auto lowest = std::ranges::min_element(not_done, comes_before, &Change::sequence);
  if (lowest != not_done.end()) response.batchItemFailures.push_back({lowest->sequence});
  return to_json(response);
}

}  // namespace leftfold::inline v0::lambda
