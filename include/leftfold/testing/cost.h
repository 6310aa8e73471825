// SPDX-License-Identifier: Apache-2.0
// What a piece of a program may cost, in request units of the store.
#pragma once

#include <concepts>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

#include <leftfold/testing/expect.h>

namespace leftfold::inline v0::testing {

// NOLINTBEGIN(readability-identifier-naming): they read as functions in costs_at_most(write_units{2})
/// A bound of write request units.
struct write_units {
  double value = 0;
};
/// A bound of read request units.
struct read_units {
  double value = 0;
};
// NOLINTEND(readability-identifier-naming)

/// A store that counts its units, such as DynamoDbStore.
template <class S>
concept CountsUnits = requires(const S& store) {
  { store.consumed().read } -> std::convertible_to<double>;
  { store.consumed().write } -> std::convertible_to<double>;
};

/// A limit of units. Plain value.
class CostLimit {
 public:
  CostLimit(std::optional<read_units> read, std::optional<write_units> write) : read_{read}, write_{write} {}

  /// Runs `work` and throws ExpectationFailed when `store` consumed more meanwhile; other threads' calls count too.
  /// What `work` throws passes through.
  template <CountsUnits Store, class Work>
  void check(const Store& store, Work&& work, std::source_location where = std::source_location::current()) const {
    const auto before = store.consumed();
    std::forward<Work>(work)();
    const auto after = store.consumed();
    if (write_) expect_at_most(after.write - before.write, write_->value, "write", where);
    if (read_) expect_at_most(after.read - before.read, read_->value, "read", where);
  }

 private:
  static void expect_at_most(double consumed, double most, const char* kind, std::source_location where) {
    if (consumed <= most) return;
    throw ExpectationFailed{"consumed " + std::to_string(consumed) + " " + kind + " units, at most " +
                                std::to_string(most) + " were expected",
                            where};
  }

  std::optional<read_units> read_;
  std::optional<write_units> write_;
};

/// `costs_at_most(write_units{2}).check(store, [&] { carts.execute(...); });`
[[nodiscard]] inline CostLimit costs_at_most(write_units write) { return {std::nullopt, write}; }
[[nodiscard]] inline CostLimit costs_at_most(read_units read) { return {read, std::nullopt}; }
[[nodiscard]] inline CostLimit costs_at_most(write_units write, read_units read) { return {read, write}; }

}  // namespace leftfold::inline v0::testing
