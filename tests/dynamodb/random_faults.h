// SPDX-License-Identifier: Apache-2.0
// Faults of all kinds, mixed by a seed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamodb/fault.h"
#include "dynamodb/fault_proxy.h"

namespace leftfold::test_dynamodb {

/// A script for a proxy: about every third request meets a fault that this kind of request can meet. Requests that were
/// held arrive later, some time. One thread at a time, as scripts are.
class RandomFaults {
 public:
  RandomFaults(FaultProxy& proxy, std::uint64_t seed) : proxy_{&proxy}, random_{seed} {}

  [[nodiscard]] Fault operator()(const ProxiedCall& call) {
    if (one_in(20)) proxy_->release();
    if (!one_in(3)) return fault::none();
    if (call.operation == "PutItem") return one_of(common(), writes(fault::refusal("TransactionConflictException")));
    if (call.operation == "TransactWriteItems") return one_of(common(), writes(cancelled(call.http.body)));
    if (call.operation == "Query") return one_of(common(), {torn(), torn(), fault::empty_page()});
    return one_of(common());
  }

 private:
  [[nodiscard]] std::size_t roll(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
  }
  [[nodiscard]] bool one_in(std::size_t count) { return roll(count) == 0; }

  [[nodiscard]] Fault one_of(std::vector<Fault> faults, const std::vector<Fault>& more = {}) {
    faults.insert(faults.end(), more.begin(), more.end());
    return faults[roll(faults.size())];
  }

  [[nodiscard]] std::vector<Fault> common() {
    std::vector<Fault> faults{fault::reset_after(),
                              fault::reset_before(),
                              fault::error_after(500),
                              fault::error_before(503),
                              fault::half_after(),
                              fault::bad_crc(),
                              fault::refusal("ProvisionedThroughputExceededException"),
                              fault::refusal("ThrottlingException")};
    if (one_in(4)) {  // an answer that does not come takes real time, and these end a call
      faults.insert(faults.end(), {fault::silence_before(), fault::silence_after(),
                                   fault::refusal("ExpiredTokenException"), fault::refusal("RequestTimeTooSkewed")});
    }
    return faults;
  }
  [[nodiscard]] std::vector<Fault> writes(Fault conflict) {
    std::vector<Fault> faults{fault::reset_after(), fault::error_after(500), std::move(conflict)};
    if (one_in(4)) faults.push_back(fault::late());
    return faults;
  }
  [[nodiscard]] Fault torn() { return fault::torn(roll(12), 1 + roll(3)); }

  /// A conflict or a throttled item in one of the transaction's places.
  [[nodiscard]] Fault cancelled(const std::string& body) {
    constexpr std::string_view kEach = "\"ConditionExpression\"";
    std::size_t items = 0;
    for (std::size_t at = body.find(kEach); at != body.npos; at = body.find(kEach, at + 1)) ++items;
    std::vector<std::string> codes(std::max<std::size_t>(items, 1), "None");
    const std::vector<std::string> kinds{"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"};
    codes[roll(codes.size())] = kinds[roll(kinds.size())];
    return fault::cancelled(codes);
  }

  FaultProxy* proxy_;
  std::mt19937_64 random_;
};

}  // namespace leftfold::test_dynamodb
