// SPDX-License-Identifier: Apache-2.0
#include "core/dead_letter_names.h"

#include <array>

namespace leftfold::inline v0::detail {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> named(std::string_view name, const std::array<Enum, N>& values) noexcept {
  for (const Enum value : values) {
    if (to_string(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ParkReason> park_reason(std::string_view name) noexcept {
  using enum ParkReason;
  return named(name, std::array{failed, undecodable, overflow, follower});
}

std::optional<FailureClass> failure_class(std::string_view name) noexcept {
  using enum FailureClass;
  return named(name, std::array{duplicate, transient, unavailable, permanent, fatal});
}

}  // namespace leftfold::inline v0::detail
