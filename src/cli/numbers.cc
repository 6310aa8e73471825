// SPDX-License-Identifier: Apache-2.0
#include "cli/numbers.h"

#include <charconv>

namespace leftfold::inline v0::cli {

std::optional<std::int64_t> whole_number(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size() || value < 0 || text.starts_with('-'))
    return std::nullopt;
  return value;
}

void refuse_value(std::string_view flag, std::string_view value, std::string_view allowed) {
  throw UsageError{std::string{flag} + " is \"" + std::string{value} + "\"; use " + std::string{allowed}};
}

std::int64_t positive_number(const Flags& flags, std::string_view flag, std::string_view unit, std::int64_t most,
                             std::string_view allowed) {
  const std::string given = flags.value(flag);
  std::string_view text = given;
  if (!unit.empty() && text.ends_with(unit)) text.remove_suffix(unit.size());
  const std::optional<std::int64_t> value = whole_number(text);
  if (!value || *value == 0 || *value > most) refuse_value(flag, given, allowed);
  return *value;
}

std::size_t limit_of(const Flags& flags) {
  if (flags.count("--limit") == 0) return kNoLimit;
  const std::optional<std::int64_t> value = whole_number(flags.value("--limit"));
  if (!value || *value == 0) refuse_value("--limit", flags.value("--limit"), "a number from 1");
  return static_cast<std::size_t>(*value);
}

}  // namespace leftfold::inline v0::cli
